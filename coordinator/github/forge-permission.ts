/**
 * What an account may do in a repository.
 * Source: https://docs.github.com/rest/collaborators/collaborators#get-repository-permissions-for-a-user
 */
import * as z from 'zod';
import { ForgeError } from './errors.ts';
import { splitName } from './full-name.ts';
import type { Forge, ForgeCall } from './open-forge.ts';

/** GitHub says `write` of `maintain`, and `read` of `triage`; a role of one's own is what it is based on. */
const answer = z.object({ permission: z.string() });

/** False for an account that is not there. Throws like every call. */
export async function mayWrite(
  forge: Forge,
  fullName: string,
  login: string,
  signal?: AbortSignal,
): Promise<boolean> {
  const fields = { ...splitName(fullName), username: login };
  const call: ForgeCall = {
    what: `question for what ${login} may do in ${fullName}`,
    fullName,
    signal,
    make: (octokit, request) =>
      octokit.request('GET /repos/{owner}/{repo}/collaborators/{username}/permission', {
        ...fields,
        request,
      }),
  };
  try {
    const { permission } = await forge.ask(call, answer, 'a permission');
    return ['admin', 'maintain', 'write'].includes(permission);
  } catch (error) {
    if (error instanceof ForgeError && error.code === 'not-found') return false;
    throw error;
  }
}
