/**
 * Repositories that a pattern of the configuration covers, that GitHub lists, and of which nothing has been heard: a webhook was
 * never received, or there is none. Whoever is known is looked at anyway. One account that cannot be listed holds up no other.
 */
import { coversRepository } from '#shared/image-manifest.ts';
import { limits } from '#shared/limits.ts';
import { listRepositories } from '../../store/repositories.ts';
import type { Account, ListedRepository } from '../list-repositories.ts';
import { type Looked, nothingDone, type ReconcileParts } from './reconcile-ports.ts';

/** @throws `ForgeError`, or the signal's reason */
export async function findAccounts(
  { reads, patterns }: ReconcileParts,
  signal: AbortSignal,
): Promise<Looked> {
  const { accounts, nowhere } = await reads.lists.accounts(patterns, signal);
  return {
    ...nothingDone,
    next: accounts.map(account => ({ type: 'account', account })),
    troubles: nowhere.map(nowhereSentence),
  };
}

export const nowhereSentence = (pattern: string): string =>
  `the App is installed on no account that ${pattern} covers, so that nothing of it is tested; install it on GitHub, or take the pattern out`;

/** @throws `ForgeError`, or the signal's reason */
export async function findRepositories(
  { reads, store, patterns, configured }: ReconcileParts,
  account: Account,
  signal: AbortSignal,
): Promise<Looked> {
  const { items, isCut } = await reads.lists.repositoriesOf(account, signal);
  const known = (await listRepositories(store.read)).filter(({ forge }) => forge === 'github');
  const { found, left } = chooseUnknown({
    listed: items,
    patterns,
    known: [...configured, ...known.map(({ fullName }) => fullName)],
    room: limits.patternRepositories - known.length,
  });
  return {
    ...nothingDone,
    next: found.map(each => ({ type: 'repository', ...each })),
    troubles: [
      ...(isCut
        ? [
            `${account.login} has more than ${limits.forgePages * limits.forgePageSize} repositories: what is beyond is tested when a webhook tells of it, or when its name is under \`repositories\``,
          ]
        : []),
      ...(left > 0
        ? [
            `${left} more repositories of ${account.login} are covered by a pattern than are looked for (${limits.patternRepositories}): they are tested when a webhook tells of them, or when their names are under \`repositories\``,
          ]
        : []),
    ],
  };
}

export type Listing = {
  listed: readonly ListedRepository[];
  patterns: readonly string[];
  /** Names, those that are configured among them. */
  known: readonly string[];
  /** How many more may be known. */
  room: number;
};

/** Those that were pushed to last come first. Pure. */
export function chooseUnknown({ listed, patterns, known, room }: Listing): {
  found: { repository: string; pattern: string }[];
  left: number;
} {
  const names = new Set(known.map(name => name.toLowerCase()));
  const unknown = [...listed]
    .sort((a, b) => (a.pushedAt < b.pushedAt ? 1 : a.pushedAt > b.pushedAt ? -1 : 0))
    .flatMap(({ fullName: repository }) => {
      const pattern = patterns.find(each => coversRepository(each, repository));
      return pattern === undefined || names.has(repository.toLowerCase()) ? [] : [{ repository, pattern }];
    });
  const found = unknown.slice(0, Math.max(0, room));
  return { found, left: unknown.length - found.length };
}
