import type { CommitSha, RepositoryId } from '#shared/ids.ts';
import { type CloneUrl, type CloneUrlPolicy, checkCloneUrl } from './clone-url.ts';
import type { CommitWish, Fulfilment } from './commit-wishes.ts';
import { SourceError } from './errors.ts';
import { type Credential, type Fetching, fetchCommits, keepComplete, searchCommit } from './fetch-commits.ts';
import type { Git } from './git-process.ts';
import { isMirror, keptRef, prepareMirror } from './mirror-directory.ts';
import type { ObjectReaders } from './object-readers.ts';
import { readCommit } from './read-objects.ts';
import type { SourceLog } from './source-log.ts';

export type FulfilParts = {
  git: Git;
  readers: ObjectReaders;
  policy: CloneUrlPolicy;
  /** With the addresses of its name. @throws SourceError */
  resolve(repository: RepositoryId, url: CloneUrl): Promise<CloneUrl>;
  packBytes: number;
  credentialsFor(repository: RepositoryId): Promise<Credential | null>;
  log: SourceLog;
  directoryOf(repository: RepositoryId): string;
};

/**
 * Brings commits of one repository from one URL into its mirror: what is here already costs no network; the others come
 * with one fetch, or one by one when one of them does not exist. Errors of one commit are in the result, others thrown.
 */
export async function fulfilWishes(
  parts: FulfilParts,
  wishes: readonly CommitWish[],
  signal: AbortSignal,
): Promise<Fulfilment> {
  const [first] = wishes;
  if (!first) return new Map();
  const { repository } = first;
  const named = checkedUrl(first, parts.policy);
  const directory = parts.directoryOf(repository);
  if (!isMirror(directory)) parts.readers.release(directory);
  await prepareMirror(parts.git, { repository, directory, commit: first.commit }, signal);
  const here = { git: parts.git, repository, directory, signal };
  const missing = await missingOf(parts.readers, here, wishes);
  if (missing.length === 0) return new Map();
  const url = await parts.resolve(repository, named);
  const credential = await parts.credentialsFor(repository);
  const startedAt = performance.now();
  const result = await fetchMissing(
    parts.readers,
    { ...here, url, credential, packBytes: parts.packBytes },
    missing,
  );
  const ms = Math.round(performance.now() - startedAt);
  parts.log.info(
    { mirror: repository, commits: missing.map(({ commit }) => commit), ms },
    'fetched into the mirror',
  );
  return result;
}

function checkedUrl({ repository, cloneUrl, commit }: CommitWish, policy: CloneUrlPolicy): CloneUrl {
  const checked = checkCloneUrl(cloneUrl, policy);
  if ('ok' in checked) return checked.ok;
  throw new SourceError('url-refused', `${repository}: ${checked.refused}`, { repository, commit });
}

type Here = Omit<Fetching, 'url' | 'credential' | 'packBytes'>;

async function missingOf(
  readers: ObjectReaders,
  here: Here,
  wishes: readonly CommitWish[],
): Promise<CommitWish[]> {
  const missing: CommitWish[] = [];
  for (const wish of wishes) {
    const isKept = (await readCommit({ readers, ...here }, keptRef(wish.commit))) !== null;
    const isHere = isKept || (await readCommit({ readers, ...here }, wish.commit)) !== null;
    if (!isKept && !(isHere && (await keepComplete(here, wish.commit)))) missing.push(wish);
  }
  return missing;
}

async function fetchMissing(
  readers: ObjectReaders,
  fetching: Fetching,
  wishes: readonly CommitWish[],
): Promise<Fulfilment> {
  const [only] = wishes;
  if (only && wishes.length === 1) return new Map([[only.commit, await fetchOne(readers, fetching, only)]]);
  const error = await noSuchCommit(
    fetchCommits(
      fetching,
      wishes.map(({ commit }) => commit),
    ),
  );
  const ends: Array<[CommitSha, Error | null]> = [];
  for (const wish of wishes) ends.push([wish.commit, error ? await fetchOne(readers, fetching, wish) : null]);
  return new Map(ends);
}

/** Null when the commit is here now; the error when the repository has no such commit. */
async function fetchOne(
  readers: ObjectReaders,
  fetching: Fetching,
  wish: CommitWish,
): Promise<SourceError | null> {
  const missing = await noSuchCommit(fetchCommits(fetching, [wish.commit]));
  const error = missing && (await noSuchCommit(searchCommit(fetching, wish, missing)));
  if (error) return error;
  const { repository, directory } = fetching;
  if (await readCommit({ readers, repository, directory }, keptRef(wish.commit))) return null;
  const message = `${wish.commit} of ${repository} is not a commit; a full commit id is needed`;
  return new SourceError('no-such-commit', message, { repository, commit: wish.commit });
}

/** The error of a fetch that failed for this reason; any other is thrown. */
async function noSuchCommit(fetching: Promise<void>): Promise<SourceError | null> {
  try {
    await fetching;
    return null;
  } catch (error) {
    if (error instanceof SourceError && error.code === 'no-such-commit') return error;
    throw error;
  }
}
