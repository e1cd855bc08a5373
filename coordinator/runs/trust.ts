/**
 * Whether a commit is trusted, and whether it runs at once. Pure, and decided when a delivery is read, from what the forge
 * says and what the coordinator's configuration holds: nothing in a pull request can change it.
 *
 * - Trusted is what is on a branch of the repository itself, because only who may write there could push it. The commit of
 *   a fork never is, whoever its author.
 * - The commit of a fork runs at once when it was brought by a known author, or by somebody who is listed or in a team that is. What the forge
 *   calls the author says nothing of who pushed, so a push by anybody else waits for an approval.
 */
import type { Admission } from '#shared/trust.ts';

/** What the configuration says of one repository. */
export type TrustPolicy = {
  /** Logins; the case of their letters does not count. */
  authors: readonly string[];
  /** As in `acme/maintainers`. */
  teams: readonly string[];
  /** What the forge may call an author whose forks run at once. */
  associations: readonly string[];
  'previously-merged': boolean;
};

export type TrustFacts = {
  repository: string;
  isFork: boolean;
  author: string;
  /** Null: the account is gone, and its name is that of all such accounts. */
  authorId: number | null;
  association: string | null;
  /** Who pushed this head, or opened the pull request with it; null: nobody has said. */
  pushedBy: string | null;
  /** The team under trust that whoever pushed is in; null: none, or it was not asked. */
  team: string | null;
  /** Whether the author's account has a merged pull request in this repository. */
  hasMerged: boolean;
};

export type TrustDecision = { isTrusted: boolean; admission: Admission };

const atOnce = (why: string): TrustDecision => ({
  isTrusted: false,
  admission: { runsAtOnce: true, why },
});
const waits = (why: string): TrustDecision => ({
  isTrusted: false,
  admission: { runsAtOnce: false, why },
});

const isSame = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

export function decideTrust(facts: TrustFacts, policy: TrustPolicy): TrustDecision {
  const { repository, isFork, author, authorId, pushedBy, team } = facts;
  if (!isFork) {
    const by = pushedBy === null ? '' : ` by ${pushedBy}`;
    return { isTrusted: true, admission: { runsAtOnce: true, why: `pushed to ${repository} itself${by}` } };
  }
  if (pushedBy === null) return waits('it comes from a fork, and GitHub did not say who pushed it');
  const isListed = (login: string) => policy.authors.some(name => isSame(name, login));
  if (isListed(pushedBy)) return atOnce(`${pushedBy} is listed under trust`);
  if (team !== null && policy.teams.includes(team)) return atOnce(`${pushedBy} is in ${team}`);
  if (authorId === null || !isSame(pushedBy, author))
    return waits(`it was pushed by ${pushedBy}, who is neither the author nor listed under trust`);
  return ofAuthor(facts, policy);
}

/** The author has pushed, and is not listed. */
function ofAuthor({ author, association, hasMerged }: TrustFacts, policy: TrustPolicy): TrustDecision {
  if (association !== null && policy.associations.includes(association))
    return atOnce(`${author} is ${withArticle(association)}`);
  if (policy['previously-merged'] && hasMerged)
    return atOnce(`${author} has a merged pull request in this repository`);
  const word = association === null || association === 'NONE' ? 'unknown here' : withArticle(association);
  return waits(`${author} is ${word}, and not listed under trust`);
}

/** As in "a COLLABORATOR", "an OWNER", "a FIRST_TIMER". */
const withArticle = (association: string): string =>
  `${/^[AEIOU]/.test(association) ? 'an' : 'a'} ${association}`;
