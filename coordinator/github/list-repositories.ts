/**
 * Which repositories accounts have, as GitHub lists them for us: an App sees those it is installed for, a token those its owner
 * sees. Archived and disabled ones are left out, and with a token those that may not be written to: nothing could be shown there.
 * Sources: https://docs.github.com/rest/apps/installations#list-repositories-accessible-to-the-app-installation and
 * https://docs.github.com/rest/repos/repos
 */
import * as z from 'zod';
import { coversRepository } from '#shared/image-manifest.ts';
import { limits } from '#shared/limits.ts';
import { ForgeError, isAbsent } from './errors.ts';
import type { Installation } from './forge-credentials.ts';
import { type Ask, askAllPages, type List, type Question } from './kept-answers.ts';
import type { Forge } from './open-forge.ts';
import { fullName } from './payload.ts';

/** Whose repositories GitHub can be asked for. */
export type Account =
  | { type: 'installation'; login: string; installation: Installation }
  /** An organization or a person. */
  | { type: 'named'; login: string }
  /** The token's own: `everything` that its owner has a part in, or what is theirs. */
  | { type: 'own'; login: string; everything: boolean };

export type ListedRepository = {
  fullName: string;
  /** As GitHub spells it, so that texts can be compared; empty: never. */
  pushedAt: string;
};

/** Both throw `ForgeError`, or the signal's reason when the caller gave up. */
export type RepositoryLists = {
  /** Those whose repositories a pattern such as `acme/*` may cover; `nowhere`: patterns that cover no account. */
  accounts(
    patterns: readonly string[],
    signal: AbortSignal,
  ): Promise<{ accounts: Account[]; nowhere: string[] }>;
  repositoriesOf(account: Account, signal: AbortSignal): Promise<List<ListedRepository>>;
};

const listed = z.object({
  full_name: fullName,
  archived: z.boolean().nullish(),
  disabled: z.boolean().nullish(),
  pushed_at: z.string().nullish(),
  permissions: z.object({ push: z.boolean().nullish() }).nullish(),
});
const installationAnswer = z.object({ repositories: z.array(z.unknown()) });

const ownerOf = (pattern: string): string => pattern.split('/')[0] ?? '';

export function listRepositories(forge: Forge, ask: Ask): RepositoryLists {
  const { app } = forge;
  /** What a name was found to be: asking for the other costs an answer each time. */
  const people = new Set<string>();
  let login: string | null = null;

  /** Whose token it is: their private ones are in no list by owner but their own. */
  async function loginOf(signal: AbortSignal): Promise<string> {
    login ??= await forge.login(signal);
    return login;
  }

  async function ofName(login: string, signal: AbortSignal): Promise<List<ListedRepository>> {
    const key = login.toLowerCase();
    if (!people.has(key))
      try {
        return await ofPages(page => ask(organizationQuestion(login, page), signal));
      } catch (error) {
        if (!isAbsent(error)) throw notListed(error, login);
      }
    try {
      const list = await ofPages(page => ask(personQuestion(login, page), signal));
      people.add(key);
      return list;
    } catch (error) {
      people.delete(key);
      throw notListed(error, login);
    }
  }

  return {
    async accounts(patterns, signal) {
      if (patterns.length === 0) return { accounts: [], nowhere: [] };
      if (!app) return { accounts: namedBy(patterns, await loginOf(signal)), nowhere: [] };
      const accounts = (await app.installations(signal)).flatMap(installation =>
        patterns.some(pattern => coversAccount(pattern, installation))
          ? [{ type: 'installation' as const, login: installation.login ?? '', installation }]
          : [],
      );
      const nowhere = patterns.filter(
        pattern => !accounts.some(({ installation }) => coversAccount(pattern, installation)),
      );
      return { accounts: accounts.slice(0, limits.patternAccounts), nowhere };
    },
    repositoriesOf(account, signal) {
      switch (account.type) {
        case 'installation':
          return ofPages(page => ask(installationQuestion(account, page), signal));
        case 'own':
          return ofPages(page => ask(ownQuestion(account, page), signal));
        case 'named':
          return ofName(account.login, signal);
      }
    },
  };
}

const coversAccount = (pattern: string, { login }: Installation): boolean =>
  login !== null && coversRepository(ownerOf(pattern), login);

function namedBy(patterns: readonly string[], login: string): Account[] {
  const owners = [...new Map(patterns.map(ownerOf).map(owner => [owner.toLowerCase(), owner])).values()];
  // Which accounts there are GitHub does not tell a token; what its owner has a part in it does.
  if (owners.some(owner => owner.includes('*'))) return [{ type: 'own', login, everything: true }];
  return owners
    .slice(0, limits.patternAccounts)
    .map(owner =>
      owner.toLowerCase() === login.toLowerCase()
        ? { type: 'own', login, everything: false }
        : { type: 'named', login: owner },
    );
}

const ofPages = askAllPages<ListedRepository>;

function readListed(data: unknown, isByApp: boolean): ListedRepository[] | null {
  if (!Array.isArray(data)) return null;
  return data.flatMap(each => {
    const { success, data: found } = listed.safeParse(each);
    if (!success || found.archived || found.disabled) return [];
    if (!isByApp && found.permissions?.push === false) return [];
    return [{ fullName: found.full_name, pushedAt: found.pushed_at ?? '' }];
  });
}

/** In an order in which what is new moves nothing that is older. */
const byAge = { sort: 'created', direction: 'asc', per_page: limits.forgePageSize } as const;

const ofToken = (login: string) => ({
  what: `question for the repositories of ${login}`,
  account: { installation: null },
  read: (data: unknown) => readListed(data, false),
  expected: 'a list of repositories',
  sizeOf: (data: unknown) => (Array.isArray(data) ? data.length : 0),
});

type ListQuestion = Question<ListedRepository[]>;

const organizationQuestion = (org: string, page: number): ListQuestion => ({
  ...ofToken(org),
  route: 'GET /orgs/{org}/repos',
  fields: { org, ...byAge, page },
});

/** Public ones: of private ones of other people GitHub has no list by owner. */
const personQuestion = (username: string, page: number): ListQuestion => ({
  ...ofToken(username),
  route: 'GET /users/{username}/repos',
  fields: { username, ...byAge, page },
});

const ownQuestion = (
  { login, everything }: Extract<Account, { type: 'own' }>,
  page: number,
): ListQuestion => ({
  ...ofToken(login),
  route: 'GET /user/repos',
  fields: { ...(everything ? {} : { affiliation: 'owner' }), ...byAge, page },
});

const repositoriesIn = (data: unknown): unknown[] | null => {
  const { success, data: answer } = installationAnswer.safeParse(data);
  return success ? answer.repositories : null;
};

const installationQuestion = (
  { login, installation }: Extract<Account, { type: 'installation' }>,
  page: number,
): ListQuestion => ({
  what: `question for the repositories of ${login}`,
  account: { installation },
  route: 'GET /installation/repositories',
  fields: { per_page: limits.forgePageSize, page },
  read: data => readListed(repositoriesIn(data), true),
  expected: 'a list of repositories',
  sizeOf: data => repositoriesIn(data)?.length ?? 0,
});

/** What goes untested because of it, and what can be done. */
function notListed(error: unknown, login: string): unknown {
  if (!(error instanceof ForgeError) || (error.code !== 'forbidden' && error.code !== 'not-found'))
    return error;
  const { code, retry, isForgeWide, status, requestId } = error;
  const why =
    code === 'forbidden'
      ? `the token may not list the repositories of ${login} (HTTP ${status})`
      : `GitHub knows no account ${login}, or does not show it to the token (HTTP ${status})`;
  const advice =
    code === 'forbidden'
      ? `let it see ${login} (a fine-grained token: as its resource owner; a classic one: the scope \`repo\`, and "Configure SSO" where there is single sign-on), or name each repository`
      : 'check the pattern under `repositories`';
  const message = `${why}, so that what only a pattern names there is not found before a webhook tells of it; ${advice}`;
  return new ForgeError({ code, retry, isForgeWide, status, requestId, message });
}
