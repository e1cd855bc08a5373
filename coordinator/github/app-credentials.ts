/**
 * The tokens of an App: each installation has its own, for an hour, with no more permissions than we use. They are kept
 * in memory only, until shortly before their end.
 * Source: https://docs.github.com/rest/apps/apps#create-an-installation-access-token-for-an-app
 */
import assert from 'node:assert/strict';
import * as z from 'zod';
import type { Instant } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { grantedOf } from './app-permissions.ts';
import { type App, appToken } from './app-token.ts';
import { ForgeError } from './errors.ts';
import type { ForgeAnswer, ForgeCalls, ForgeRequest } from './forge-call.ts';
import type { ForgeCredentials, Installation } from './forge-credentials.ts';
import { splitName } from './full-name.ts';

type Token = { text: string; until: Instant };

const installationAnswer = z.object({
  id: z.number().int(),
  account: z
    .object({ login: z.string().min(1) })
    .nullish()
    .catch(null),
  permissions: z.record(z.string(), z.string()),
  suspended_at: z.string().nullish(),
});
const installationsAnswer = z.array(installationAnswer);
const tokenAnswer = z.object({
  token: z.string().min(1),
  expires_at: z.iso.datetime({ offset: true }).transform(time => Date.parse(time)),
});
const appAnswer = z.object({ slug: z.string().min(1) });

export function appCredentials(
  { call, unexpected }: ForgeCalls,
  app: App,
  now: () => Instant,
): ForgeCredentials {
  /** By name of the repository, in lower case. */
  const installations = new Map<string, { installation: Installation; until: Instant }>();
  const tokens = new Map<number, Promise<Token>>();
  let login: string | null = null;

  async function ask<Schema extends z.ZodType>(request: ForgeRequest, schema: Schema) {
    const answer = await call(request, appToken(app, now()));
    const read = schema.safeParse(answer.data);
    if (!read.success) throw unexpected(request.what, answer, 'the answer is not what was asked for');
    return { ...answer, data: read.data as z.output<Schema> };
  }

  async function installationOf(fullName: string, signal?: AbortSignal): Promise<Installation> {
    const known = installations.get(fullName.toLowerCase());
    if (known && known.until > now()) return known.installation;
    const what = `question where the App is installed for ${fullName}`;
    const { installation: id } = app;
    const request: ForgeRequest = {
      what,
      signal,
      make: (octokit, request) =>
        id === null
          ? octokit.request('GET /repos/{owner}/{repo}/installation', { ...splitName(fullName), request })
          : octokit.request('GET /app/installations/{installation_id}', { installation_id: id, request }),
    };
    const { data } = await ask(request, installationAnswer).catch(error => {
      throw notInstalled(error, fullName);
    });
    const installation = installationFrom(data);
    installations.set(fullName.toLowerCase(), { installation, until: now() + limits.installationKeepMs });
    return installation;
  }

  async function listInstallations(signal?: AbortSignal): Promise<Installation[]> {
    const { installation: id } = app;
    if (id !== null) {
      const { data } = await ask(
        {
          what: `question for installation ${id}`,
          signal,
          make: (octokit, request) =>
            octokit.request('GET /app/installations/{installation_id}', { installation_id: id, request }),
        },
        installationAnswer,
      );
      return [data].filter(isActive).map(installationFrom);
    }
    const found: Installation[] = [];
    for (let page = 1; page <= limits.forgePages; page++) {
      const fields = { per_page: limits.forgePageSize, page };
      const request: ForgeRequest = {
        what: 'question where the App is installed',
        signal,
        make: (octokit, request) => octokit.request('GET /app/installations', { ...fields, request }),
      };
      const { data } = await ask(request, installationsAnswer);
      found.push(...data.filter(isActive).map(installationFrom));
      if (data.length < limits.forgePageSize) break;
    }
    return found;
  }

  async function makeToken({ id, permissions }: Installation, signal?: AbortSignal): Promise<Token> {
    const fields = { installation_id: id, permissions: grantedOf(permissions) };
    const request: ForgeRequest = {
      what: `token of installation ${id}`,
      signal,
      make: (octokit, request) =>
        octokit.request('POST /app/installations/{installation_id}/access_tokens', { ...fields, request }),
    };
    const { data, headers } = await ask(request, tokenAnswer);
    const lastsMs = data.expires_at - serverTime(headers, now());
    return { text: data.token, until: now() + lastsMs - limits.tokenMarginMs };
  }

  /** Many calls at once wait for one token. Nobody's signal ends it: others may want it. */
  async function tokenOf(installation: Installation): Promise<Token> {
    const known = tokens.get(installation.id);
    const token = known && (await known);
    if (token && token.until > now()) return token;
    if (tokens.get(installation.id) !== known) return tokenOf(installation);
    const made = makeToken(installation);
    tokens.set(installation.id, made);
    made.catch(() => {
      if (tokens.get(installation.id) === made) tokens.delete(installation.id);
    });
    return made;
  }

  async function held(): Promise<{ installation: number; until: Instant }[]> {
    const made = await Promise.allSettled([...tokens.values()]);
    return [...tokens.keys()].flatMap((installation, n) => {
      const token = made[n];
      return token?.status === 'fulfilled' && token.value.until > now()
        ? [{ installation, until: token.value.until }]
        : [];
    });
  }

  return {
    app: { id: app.id, installations: listInstallations, held },
    async tokenFor(whose, signal) {
      assert(whose !== null, 'an App has no token of its own');
      const { text } = await tokenOf(typeof whose === 'string' ? await installationOf(whose, signal) : whose);
      signal?.throwIfAborted();
      return text;
    },
    /** It was revoked, or the App was taken away and installed again. */
    forget(refused) {
      for (const [id, token] of tokens)
        token.then(
          ({ text }) => {
            if (text !== refused || tokens.get(id) !== token) return;
            tokens.delete(id);
            installations.clear();
          },
          () => {}, // it was never there, and whoever asked for it was told
        );
    },
    async login(signal) {
      const make: ForgeRequest['make'] = (octokit, request) => octokit.request('GET /app', { request });
      login ??= `${(await ask({ what: 'question for the name of the App', signal, make }, appAnswer)).data.slug}[bot]`;
      return login;
    },
  };
}

const isActive = ({ suspended_at: at }: z.output<typeof installationAnswer>): boolean => !at;

const installationFrom = ({
  id,
  account,
  permissions,
}: z.output<typeof installationAnswer>): Installation => ({
  id,
  login: account?.login ?? null,
  permissions,
});

/** By GitHub's clock, as far as it says: ours may be set. */
const serverTime = (headers: ForgeAnswer['headers'], now: Instant): Instant =>
  Date.parse(String(headers.date ?? '')) || now;

function notInstalled(error: unknown, fullName: string): unknown {
  if (!(error instanceof ForgeError) || error.code !== 'not-found') return error;
  const { code, retry, isForgeWide, status, requestId } = error;
  const message = `the App is not installed for ${fullName}, so that nothing can be done there; it is tried again; install it on GitHub, for this repository or all of its owner`;
  return new ForgeError({ code, retry, isForgeWide, status, requestId, message });
}
