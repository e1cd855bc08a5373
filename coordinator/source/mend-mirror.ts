/**
 * A mirror that is damaged on this disk. Whether it is, is asked of git itself once something has failed that should not have; then
 * it is put aside under another name, for whoever wants to know why, and the next fetch makes it anew. What only it had is gone: its
 * users learn that from `mirror-damaged`, or from what they miss.
 */
import { rename, rm } from 'node:fs/promises';
import type { RepositoryId } from '#shared/ids.ts';
import { SourceError } from './errors.ts';
import { adviceFor, isCorruption, isLoss } from './git-failure.ts';
import type { Git } from './git-process.ts';
import { isMirror } from './mirror-directory.ts';
import { ReaderDied } from './object-reader.ts';
import type { ObjectReaders } from './object-readers.ts';
import type { SourceLog } from './source-log.ts';

export type Mending = {
  /** Does what reads the mirror. Throws what that throws, or `mirror-damaged`. */
  reading<Result>(repository: RepositoryId, read: () => Promise<Result>): Promise<Result>;
  /** Does what makes the mirror where it is missing: once more when it is found damaged. */
  fetching(repository: RepositoryId, fetch: () => Promise<void>, signal: AbortSignal): Promise<void>;
};

type MendingParts = {
  git: Git;
  readers: ObjectReaders;
  directoryOf(repository: RepositoryId): string;
  log: SourceLog;
};

export const damagedName = (directory: string): string => `${directory}.damaged`;

export function createMending({ git, readers, directoryOf, log }: MendingParts): Mending {
  /** Two that find it at once put one mirror aside, not the one that has been made since. */
  const underWay = new Map<RepositoryId, Promise<boolean>>();

  async function isWhole(repository: RepositoryId): Promise<boolean> {
    const at = `--git-dir=${directoryOf(repository)}`;
    const walk = { args: [at, 'rev-list', '--objects', '--quiet', '--all'] };
    const { exitCode, complaint } = await git.run(repository, walk, new AbortController().signal);
    // A git that was killed says nothing.
    return exitCode === 0 || !isLoss(complaint);
  }

  /** @returns whether it was damaged, and is put aside */
  async function mend(repository: RepositoryId, isKnown: boolean): Promise<boolean> {
    const directory = directoryOf(repository);
    if (!isMirror(directory)) return false;
    readers.release(directory);
    if (!isKnown && (await isWhole(repository))) return false;
    await rm(damagedName(directory), { recursive: true, force: true });
    await rename(directory, damagedName(directory));
    log.warn(
      { mirror: repository, aside: damagedName(directory) },
      'a mirror is damaged; it is fetched anew',
    );
    return true;
  }

  async function mendOnce(repository: RepositoryId, error: unknown, isLocal: boolean): Promise<boolean> {
    if (!isSuspicious(error)) return false;
    // The words of a fetch may be about what has just come.
    const isKnown = isLocal && isCorruption(error.message);
    const mending =
      underWay.get(repository) ?? mend(repository, isKnown).finally(() => underWay.delete(repository));
    underWay.set(repository, mending);
    return mending;
  }

  return {
    async reading(repository, read) {
      try {
        return await read();
      } catch (error) {
        if (!(await mendOnce(repository, error, true))) throw error;
        const words = error instanceof Error ? error.message : String(error);
        const message = `the mirror of ${repository} is damaged. ${adviceFor('mirror-damaged')} (${words})`;
        throw new SourceError('mirror-damaged', message, { repository, cause: error });
      }
    },
    async fetching(repository, fetch, signal) {
      try {
        await fetch();
      } catch (error) {
        if (signal.aborted || !(await mendOnce(repository, error, false))) throw error;
        await fetch();
      }
    },
  };
}

const isSuspicious = (error: unknown): error is Error =>
  error instanceof ReaderDied ||
  (error instanceof SourceError && (error.code === 'git-failed' || error.code === 'source-damaged'));
