import { limits } from '#shared/limits.ts';
import type { Git } from './git-process.ts';
import { type ObjectAnswer, type ObjectReader, ReaderDied, startObjectReader } from './object-reader.ts';

/** Kept-open object readers, one per repository, at most `limits.gitReaders`; idle ones go, dead ones are replaced. */
export type ObjectReaders = {
  /** Throws `ReaderDied` when a second child died under the same question. */
  read(directory: string, name: string, maxBytes: number): Promise<ObjectAnswer>;
  /** Lets go of a repository whose directory is about to change under the child. */
  release(directory: string): void;
  close(): Promise<void>;
};

type Kept = { reader: ObjectReader; idle: NodeJS.Timeout };

export function createObjectReaders(git: Git): ObjectReaders {
  const kept = new Map<string, Kept>(); // the longest unused first
  const closing = new Set<Promise<void>>();
  let isClosed = false;

  const release = (directory: string) => {
    const old = kept.get(directory);
    if (!old) return;
    kept.delete(directory);
    clearTimeout(old.idle);
    const end = old.reader.close().finally(() => closing.delete(end));
    closing.add(end);
  };

  const readerFor = (directory: string): ObjectReader => {
    if (isClosed) throw new Error('the source mirrors are closed');
    const old = kept.get(directory);
    const isUsable = old?.reader.isAlive() ?? false;
    if (!isUsable) release(directory);
    const reader = old && isUsable ? old.reader : startObjectReader(git, directory);
    if (old) clearTimeout(old.idle);
    kept.delete(directory);
    kept.set(directory, { reader, idle: setTimeout(release, limits.gitReaderIdleMs, directory) });
    const [oldest] = kept.keys();
    if (kept.size > limits.gitReaders && oldest !== undefined) release(oldest);
    return reader;
  };

  return {
    async read(directory, name, maxBytes) {
      try {
        return await readerFor(directory).read(name, maxBytes);
      } catch (error) {
        if (!(error instanceof ReaderDied)) throw error;
        return readerFor(directory).read(name, maxBytes);
      }
    },
    release,
    async close() {
      isClosed = true;
      for (const directory of [...kept.keys()]) release(directory);
      await Promise.all(closing);
    },
  };
}
