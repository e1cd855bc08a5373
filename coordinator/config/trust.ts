/** Whose forks run without an approval: a part of the configuration, and never of a tested repository. */
import * as z from 'zod';
import { limits } from '#shared/limits.ts';

/** What accounts that are gone are called; anybody's account can be gone. */
const ghost = 'ghost';

const login = z
  .string()
  .regex(/^[A-Za-z\d](?:[A-Za-z\d-]{0,38})(?:\[bot\])?$/, 'expected the login of an account on GitHub')
  .refine(name => name.toLowerCase() !== ghost, 'every account that was deleted is called ghost');

/** The other values of GitHub's (NONE, FIRST_TIMER, …) are had by whoever opens an account. */
const association = z.enum(['OWNER', 'MEMBER', 'COLLABORATOR', 'CONTRIBUTOR'], {
  error: 'expected OWNER, MEMBER, COLLABORATOR or CONTRIBUTOR; anybody has one of the others',
});

const team = z
  .string()
  .regex(/^@?[A-Za-z\d][A-Za-z\d-]{0,38}\/[a-z\d][a-z\d_-]{0,99}$/, 'expected a team as in acme/maintainers')
  .transform(name => name.replace(/^@/, ''))
  .meta({ title: 'organization/team' });

export const trust = z
  .strictObject({
    authors: z.array(login).default([]).describe('logins whose forks run at once'),
    teams: z
      .array(team)
      .max(limits.trustedTeams)
      .default([])
      .describe("teams whose members' forks run at once, by their short names as in addresses"),
    associations: z
      .array(association)
      .default(['OWNER', 'MEMBER', 'COLLABORATOR'])
      .describe('what GitHub may call the author of a pull request for its fork to run at once'),
    'previously-merged': z
      .boolean()
      .default(false)
      .describe('forks of authors who have a merged pull request in this repository run at once'),
  })
  .prefault({})
  .describe('whose forks run without an approval, and still without secrets; see docs/trust.md');
