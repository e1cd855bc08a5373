/**
 * Whether an account is in a team of an organization, teams below it included. An answer is kept for a few minutes: a
 * push of many commits asks once.
 * Source: https://docs.github.com/rest/teams/members#get-team-membership-for-a-user
 */
import * as z from 'zod';
import type { Instant } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { ForgeError } from './errors.ts';
import type { Forge, ForgeCall } from './open-forge.ts';

/** `pending`: invited, and has not said yes. */
const answer = z.object({ state: z.enum(['active', 'pending']) });

export type TeamQuestion = {
  /** The repository that it is asked for; its credential is used. */
  fullName: string;
  /** As in `acme/maintainers`. */
  team: string;
  login: string;
};

/** Also false where GitHub does not let us see the team. Throws like every call. */
export type Teams = (question: TeamQuestion, signal?: AbortSignal) => Promise<boolean>;

export function createTeams(forge: Forge, now: () => Instant): Teams {
  const kept = new Map<string, { isMember: boolean; until: Instant }>();
  return async (question, signal) => {
    const key = `${question.team} ${question.login}`.toLowerCase();
    const known = kept.get(key);
    if (known && known.until > now()) return known.isMember;
    const isMember = await ask(forge, question, signal);
    if (kept.size >= limits.teamAnswers) kept.clear();
    kept.set(key, { isMember, until: now() + limits.teamAnswerMs });
    return isMember;
  };
}

async function ask(
  forge: Forge,
  { fullName, team, login: username }: TeamQuestion,
  signal?: AbortSignal,
): Promise<boolean> {
  const [org = '', team_slug = ''] = team.split('/');
  const call: ForgeCall = {
    what: `question whether ${username} is in ${team}`,
    fullName,
    signal,
    make: (octokit, request) =>
      octokit.request('GET /orgs/{org}/teams/{team_slug}/memberships/{username}', {
        ...{ org, team_slug, username },
        request,
      }),
  };
  try {
    return (await forge.ask(call, answer, 'a membership')).state === 'active';
  } catch (error) {
    const isUnseen = error instanceof ForgeError && ['not-found', 'forbidden'].includes(error.code);
    if (isUnseen) return false;
    throw error;
  }
}
