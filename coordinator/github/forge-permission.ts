/**
 * What an account may do in a repository.
 * Source: https://docs.github.com/rest/collaborators/collaborators#get-repository-permissions-for-a-user
 */
import * as z from 'zod';
import { isAtLeast, type Role, roleOfGithub } from '#shared/roles.ts';
import { ForgeError } from './errors.ts';
import { splitName } from './full-name.ts';
import type { Forge, ForgeCall } from './open-forge.ts';

/** GitHub says `write` of `maintain`, and `read` of `triage`; a role of one's own is what it is based on. */
const answer = z.object({ permission: z.string() });

const roleAnswer = answer.extend({
  role_name: z.string(),
  user: z.object({ id: z.number().int() }).nullable(),
});

/** The most that each of GitHub's four words can mean. */
const mostOf: Readonly<Record<string, Role>> = { admin: 'admin', write: 'maintainer', read: 'contributor' };

/** By the name of the role where it is one of GitHub's own, else by what it is based on. Pure. */
function roleOf({ permission, role_name: name }: z.output<typeof roleAnswer>): Role | null {
  const most = mostOf[permission];
  if (most === undefined) return null;
  const words: Readonly<Record<string, Role>> = roleOfGithub;
  const role = (Object.hasOwn(words, name) ? words[name] : words[permission]) ?? null;
  return role !== null && isAtLeast(role, most) ? most : role;
}

const askPermission = (fullName: string, login: string, signal?: AbortSignal): ForgeCall => {
  const fields = { ...splitName(fullName), username: login };
  return {
    what: `question for what ${login} may do in ${fullName}`,
    fullName,
    signal,
    make: (octokit, request) =>
      octokit.request('GET /repos/{owner}/{repo}/collaborators/{username}/permission', {
        ...fields,
        request,
      }),
  };
};

/** What the forge does not let us see is no role. */
const unlessUnseen = (error: unknown): null => {
  if (error instanceof ForgeError && ['not-found', 'forbidden'].includes(error.code)) return null;
  throw error;
};

/**
 * The role of the account that has this number; of another one that has its name by now it is null, as where GitHub does not
 * show us. Throws like every call.
 */
export async function roleIn(
  forge: Forge,
  fullName: string,
  { id, login }: { id: number; login: string },
  signal?: AbortSignal,
): Promise<Role | null> {
  const asked = forge.ask(askPermission(fullName, login, signal), roleAnswer, 'a permission');
  const answered = await asked.catch(unlessUnseen);
  return answered?.user?.id === id ? roleOf(answered) : null;
}

/**
 * What an account is called now, asked with the credential of a repository; null: GitHub does not say. Throws like every call.
 * Source: https://docs.github.com/rest/users/users#get-a-user-using-their-id
 */
export async function loginOf(
  forge: Forge,
  fullName: string,
  id: number,
  signal?: AbortSignal,
): Promise<string | null> {
  const call: ForgeCall = {
    what: `question for the name of account ${id}`,
    fullName,
    signal,
    make: (octokit, request) => octokit.request('GET /user/{account_id}', { account_id: id, request }),
  };
  const answered = await forge.ask(call, accountAnswer, 'an account').catch(unlessUnseen);
  return answered?.id === id ? answered.login : null;
}

const accountAnswer = z.object({ id: z.number().int(), login: z.string().min(1).max(100) });

/** False for an account that is not there. Throws like every call. */
export async function mayWrite(
  forge: Forge,
  fullName: string,
  login: string,
  signal?: AbortSignal,
): Promise<boolean> {
  try {
    const asked = forge.ask(askPermission(fullName, login, signal), answer, 'a permission');
    const { permission } = await asked;
    return ['admin', 'maintain', 'write'].includes(permission);
  } catch (error) {
    if (error instanceof ForgeError && error.code === 'not-found') return false;
    throw error;
  }
}
