import { expect, test } from 'vitest';
import { decideTrust, type TrustFacts, type TrustPolicy } from '#coordinator/runs/trust.ts';

const usual: TrustPolicy = {
  authors: [],
  teams: [],
  associations: ['OWNER', 'MEMBER', 'COLLABORATOR'],
  'previously-merged': false,
};
const nobody: TrustPolicy = { ...usual, associations: [] };
const listed: TrustPolicy = { ...nobody, authors: ['octocat'] };
const pilots: TrustPolicy = { ...nobody, teams: ['acme/pilots'] };
const merged: TrustPolicy = { ...nobody, 'previously-merged': true };

/** A fork of somebody whom nobody knows, pushed by its author. */
const stranger: TrustFacts = {
  repository: 'acme/rocket',
  isFork: true,
  author: 'kim',
  authorId: 7,
  association: 'NONE',
  pushedBy: 'kim',
  hasMerged: false,
  team: null,
};
const ofOctocat = { author: 'octocat', authorId: 8, pushedBy: 'octocat' };
const gone = { author: 'ghost', authorId: null, pushedBy: null };

type Row = [situation: string, facts: Partial<TrustFacts>, policy: TrustPolicy, expected: string];

const rows: Row[] = [
  // Trusted is what is in the repository itself; nothing else ever is.
  ['a branch of the repository', { isFork: false }, nobody, 'trusted: pushed to acme/rocket itself by kim'],
  [
    'a branch of the repository, reopened',
    { isFork: false, pushedBy: null },
    nobody,
    'trusted: pushed to acme/rocket itself',
  ],
  ['a fork of its own owner', { association: 'OWNER' }, usual, 'at once: kim is an OWNER'],

  // Teams.
  ['a fork pushed by one of a team', { team: 'acme/pilots' }, pilots, 'at once: kim is in acme/pilots'],
  [
    'a fork that one of a team has pushed to',
    { pushedBy: 'bo', team: 'acme/pilots' },
    pilots,
    'at once: bo is in acme/pilots',
  ],
  [
    'a fork of one of a team that is not listed any more',
    { team: 'acme/others' },
    pilots,
    'waits: kim is unknown here, and not listed under trust',
  ],
  [
    'a fork of a team where nobody says who has pushed',
    { team: 'acme/pilots', pushedBy: null },
    pilots,
    'waits: it comes from a fork, and GitHub did not say who pushed it',
  ],

  // What GitHub calls the author.
  ['a fork of a member', { association: 'MEMBER' }, usual, 'at once: kim is a MEMBER'],
  ['a fork of a collaborator', { association: 'COLLABORATOR' }, usual, 'at once: kim is a COLLABORATOR'],
  [
    'a fork of a collaborator, where that is not enough',
    { association: 'COLLABORATOR' },
    nobody,
    'waits: kim is a COLLABORATOR, and not listed under trust',
  ],
  [
    'a fork of a contributor',
    { association: 'CONTRIBUTOR' },
    usual,
    'waits: kim is a CONTRIBUTOR, and not listed under trust',
  ],
  [
    'a fork of a contributor, where that is enough',
    { association: 'CONTRIBUTOR' },
    { ...nobody, associations: ['CONTRIBUTOR'] },
    'at once: kim is a CONTRIBUTOR',
  ],
  [
    'somebody new on GitHub',
    { association: 'FIRST_TIMER' },
    usual,
    'waits: kim is a FIRST_TIMER, and not listed under trust',
  ],
  ['a stranger', {}, usual, 'waits: kim is unknown here, and not listed under trust'],
  [
    'somebody of whom GitHub says nothing',
    { association: null },
    usual,
    'waits: kim is unknown here, and not listed under trust',
  ],
  [
    'a word that GitHub does not have yet',
    { association: 'ADMIRER' },
    usual,
    'waits: kim is an ADMIRER, and not listed under trust',
  ],

  // Who is listed.
  ['a listed author', ofOctocat, listed, 'at once: octocat is listed under trust'],
  [
    'a listed author in other letters',
    { ...ofOctocat, author: 'OctoCat', pushedBy: 'OctoCat' },
    listed,
    'at once: OctoCat is listed under trust',
  ],
  [
    'a name that only begins like a listed one',
    { author: 'octocat2', pushedBy: 'octocat2' },
    listed,
    'waits: octocat2 is unknown here, and not listed under trust',
  ],

  // Who pushed is not who wrote it.
  [
    'a stranger pushes to the fork of a member',
    { association: 'MEMBER', pushedBy: 'mallory' },
    usual,
    'waits: it was pushed by mallory, who is neither the author nor listed under trust',
  ],
  [
    'a stranger pushes to the fork of a listed author',
    { ...ofOctocat, pushedBy: 'mallory' },
    listed,
    'waits: it was pushed by mallory, who is neither the author nor listed under trust',
  ],
  [
    'a listed author pushes to the fork of a stranger',
    { pushedBy: 'octocat' },
    listed,
    'at once: octocat is listed under trust',
  ],
  [
    'the author pushes, in other letters',
    { association: 'MEMBER', pushedBy: 'KIM' },
    usual,
    'at once: kim is a MEMBER',
  ],
  [
    'the fork of a member whose head nobody says who pushed',
    { association: 'MEMBER', pushedBy: null },
    usual,
    'waits: it comes from a fork, and GitHub did not say who pushed it',
  ],

  // What has been merged.
  [
    'an author who has merged something here',
    { hasMerged: true },
    merged,
    'at once: kim has a merged pull request in this repository',
  ],
  [
    'the same, where that is not enough',
    { hasMerged: true },
    usual,
    'waits: kim is unknown here, and not listed under trust',
  ],
  ['an author who has merged nothing', {}, merged, 'waits: kim is unknown here, and not listed under trust'],
  [
    'a stranger pushes to the fork of an author who has merged something here',
    { hasMerged: true, pushedBy: 'mallory' },
    merged,
    'waits: it was pushed by mallory, who is neither the author nor listed under trust',
  ],

  // Accounts that are gone share a name.
  [
    'the author is gone',
    { ...gone, association: 'MEMBER' },
    usual,
    'waits: it comes from a fork, and GitHub did not say who pushed it',
  ],
  [
    'the author is gone, and somebody is called like that',
    { ...gone, pushedBy: 'ghost', association: 'MEMBER', hasMerged: true },
    { ...usual, 'previously-merged': true },
    'waits: it was pushed by ghost, who is neither the author nor listed under trust',
  ],
];

test.each(rows)('%s', (_, facts, policy, expected) => {
  const { isTrusted, admission } = decideTrust({ ...stranger, ...facts }, policy);
  const word = isTrusted ? 'trusted' : admission.runsAtOnce ? 'at once' : 'waits';
  expect(`${word}: ${admission.why}`).toBe(expected);
});

test('no fork is ever trusted, whatever is said of it and whoever is listed', () => {
  const associations = ['OWNER', 'MEMBER', 'COLLABORATOR', 'CONTRIBUTOR', 'NONE', null];
  const all: TrustPolicy = {
    authors: ['kim'],
    teams: ['acme/pilots'],
    associations: ['OWNER', 'NONE'],
    'previously-merged': true,
  };
  for (const association of associations)
    for (const pushedBy of ['kim', 'mallory', null])
      for (const hasMerged of [true, false])
        expect(
          decideTrust({ ...stranger, association, pushedBy, hasMerged, team: 'acme/pilots' }, all).isTrusted,
        ).toBe(false);
});
