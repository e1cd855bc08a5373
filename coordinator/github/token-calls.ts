/**
 * What a token of a person can do. GitHub tells the scopes of a classic one; of a fine-grained one nothing is told, so each
 * permission is tried by a call that changes nothing.
 * Sources: https://docs.github.com/apps/oauth-apps/building-oauth-apps/scopes-for-oauth-apps and
 * https://docs.github.com/rest/authentication/permissions-required-for-fine-grained-personal-access-tokens
 */
import * as z from 'zod';
import { ForgeError } from './errors.ts';
import { createCalls, type ForgeAnswer, type ForgePlace, type ForgeRequest } from './forge-call.ts';
import { splitName } from './full-name.ts';

export type TokenFacts = {
  login: string;
  /** Null: not a classic token, so that none are told. */
  scopes: string[] | null;
  /** Epoch ms; null: it does not end, or that is not told. */
  expiresAt: number | null;
};

/** `unknown`: GitHub answered in a way that says neither. */
export type May = 'yes' | 'no' | 'unknown';

export type SeenRepository = { isPrivate: boolean; defaultBranch: string; mayPush: boolean };

const userAnswer = z.object({ login: z.string().min(1) });
const repositoryAnswer = z.object({
  private: z.boolean(),
  default_branch: z.string().min(1),
  permissions: z.object({ push: z.boolean() }).optional(),
});
const hooksAnswer = z.array(
  z.object({
    active: z.boolean(),
    events: z.array(z.string()),
    config: z.object({
      url: z.string().optional(),
      content_type: z.string().optional(),
      insecure_ssl: z.union([z.string(), z.number()]).optional(),
      secret: z.string().optional(),
    }),
    last_response: z.object({ code: z.number().nullable(), message: z.string().nullable() }),
  }),
);
export type RepositoryHook = z.output<typeof hooksAnswer>[number];

/** No commit has it, so that nothing can be written on it. */
const noCommit = '0'.repeat(40);

export type TokenCalls = ReturnType<typeof openTokenCalls>;

/** Makes no call yet. Every call throws `ForgeError`, or the signal's reason. */
export function openTokenCalls(place: ForgePlace, token: string, signal?: AbortSignal) {
  const { call, unexpected } = createCalls(place);

  async function ask<Schema extends z.ZodType>(
    what: string,
    schema: Schema,
    make: ForgeRequest['make'],
  ): Promise<ForgeAnswer & { data: z.output<Schema> }> {
    const answer = await call({ what, signal, make }, token);
    const read = schema.safeParse(answer.data);
    if (!read.success) throw unexpected(what, answer, 'the answer is not what was asked for');
    return { ...answer, data: read.data };
  }

  const may = (what: string, make: ForgeRequest['make']) => mayOf(ask(what, z.unknown(), make));

  return {
    async about(): Promise<TokenFacts> {
      const { data, headers } = await ask('question for whose token it is', userAnswer, (octokit, request) =>
        octokit.request('GET /user', { request }),
      );
      return {
        login: data.login,
        scopes: scopesOf(headers['x-oauth-scopes']),
        expiresAt: timeOf(headers['github-authentication-token-expiration']),
      };
    },
    /** Null: it does not exist, or the token does not see it. */
    async repository(fullName: string): Promise<SeenRepository | null> {
      try {
        const { data } = await ask(`question for ${fullName}`, repositoryAnswer, (octokit, request) =>
          octokit.request('GET /repos/{owner}/{repo}', { ...splitName(fullName), request }),
        );
        const { private: isPrivate, default_branch: defaultBranch, permissions } = data;
        return { isPrivate, defaultBranch, mayPush: permissions?.push ?? false };
      } catch (error) {
        if (error instanceof ForgeError && error.code === 'not-found') return null;
        throw error;
      }
    },
    /** A status on no commit: it is refused for the commit where it may be written, for the permission where not. */
    mayWriteStatuses: (fullName: string): Promise<May> =>
      may(`try of a status of ${fullName}`, (octokit, request) =>
        octokit.request('POST /repos/{owner}/{repo}/statuses/{sha}', {
          ...splitName(fullName),
          sha: noCommit,
          state: 'pending',
          request,
        }),
      ),
    mayReadPulls: (fullName: string): Promise<May> =>
      may(`try of pull requests of ${fullName}`, (octokit, request) =>
        octokit.request('GET /repos/{owner}/{repo}/pulls', { ...splitName(fullName), per_page: 1, request }),
      ),
    mayReadContents: (fullName: string, branch: string): Promise<May> =>
      may(`try of branch ${branch} of ${fullName}`, (octokit, request) =>
        octokit.request('GET /repos/{owner}/{repo}/branches/{branch}', {
          ...splitName(fullName),
          branch,
          request,
        }),
      ),
    /** Null: the token may not look at webhooks, which is for administrators of the repository. */
    async hooks(fullName: string): Promise<RepositoryHook[] | null> {
      try {
        const { data } = await ask(`webhooks of ${fullName}`, hooksAnswer, (octokit, request) =>
          octokit.request('GET /repos/{owner}/{repo}/hooks', {
            ...splitName(fullName),
            per_page: 100,
            request,
          }),
        );
        return data;
      } catch (error) {
        if (error instanceof ForgeError && (error.code === 'not-found' || error.code === 'forbidden'))
          return null;
        throw error;
      }
    },
  };
}

/** A refusal of what was asked for shows that it might have been asked. */
async function mayOf(asked: Promise<unknown>): Promise<May> {
  try {
    await asked;
    return 'yes';
  } catch (error) {
    if (!(error instanceof ForgeError)) throw error;
    if (error.code === 'rejected') return 'yes';
    if (error.code === 'forbidden') return 'no';
    if (error.code === 'not-found') return 'unknown';
    throw error;
  }
}

/** An empty header is a classic token without scopes; none is another kind of token. */
function scopesOf(header: string | number | undefined): string[] | null {
  if (header === undefined) return null;
  return String(header)
    .split(',')
    .map(scope => scope.trim())
    .filter(Boolean);
}

/** `2026-12-20 17:00:00 UTC`, or with an offset in place of the name. */
function timeOf(header: string | number | undefined): number | null {
  const at = Date.parse(
    String(header ?? '')
      .replace(/ UTC$/, 'Z')
      .replace(/^(\S+) /, '$1T'),
  );
  return Number.isNaN(at) ? null : at;
}
