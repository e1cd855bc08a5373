import { limits } from '#shared/limits.ts';
import type { Git } from './git-process.ts';
import {
  type GitObject,
  type ObjectAnswer,
  type ObjectReader,
  ReaderDied,
  startObjectReader,
} from './object-reader.ts';

/**
 * Kept-open object readers, one per repository, at most `limits.gitReaders`; idle ones go, dead ones are replaced. Small
 * objects that were asked for by id are remembered: what an id names never changes, and a suite file rarely does.
 */
export type ObjectReaders = {
  /** Throws `ReaderDied` when a second child died under the same question. */
  read(directory: string, name: string, maxBytes: number): Promise<ObjectAnswer>;
  /** Lets go of a repository whose directory is about to change under the child, and of what is remembered of it. */
  release(directory: string): void;
  close(): Promise<void>;
};

type Kept = { reader: ObjectReader; idle: NodeJS.Timeout };

/**
 * By repository and id, the oldest go first; refs, which move, are never asked of it. Each object in memory of its own: as
 * it was read it is a part of a piece of 64 KiB, all of which it would keep.
 */
function createMemory() {
  const known = new Map<string, GitObject>();
  return {
    find: (directory: string, name: string): GitObject | undefined => known.get(`${directory} ${name}`),
    keep(directory: string, object: GitObject): void {
      if (object.bytes.length > limits.gitRememberedBytes) return;
      const bytes = Buffer.allocUnsafeSlow(object.bytes.length);
      object.bytes.copy(bytes);
      known.set(`${directory} ${object.id}`, { ...object, bytes });
      const [oldest] = known.keys();
      if (known.size > limits.gitRemembered && oldest !== undefined) known.delete(oldest);
    },
    forget(directory: string): void {
      for (const key of known.keys()) if (key.startsWith(`${directory} `)) known.delete(key);
    },
  };
}

export function createObjectReaders(git: Git): ObjectReaders {
  const kept = new Map<string, Kept>(); // the longest unused first
  const closing = new Set<Promise<void>>();
  const remembered = createMemory();
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

  async function ask(directory: string, name: string, maxBytes: number): Promise<ObjectAnswer> {
    try {
      return await readerFor(directory).read(name, maxBytes);
    } catch (error) {
      if (!(error instanceof ReaderDied)) throw error;
      return readerFor(directory).read(name, maxBytes);
    }
  }

  return {
    async read(directory, name, maxBytes) {
      const known = remembered.find(directory, name);
      if (known && known.bytes.length <= maxBytes) return known;
      const found = await ask(directory, name, maxBytes);
      if (found && 'bytes' in found) remembered.keep(directory, found);
      return found;
    },
    release(directory) {
      release(directory);
      remembered.forget(directory);
    },
    async close() {
      isClosed = true;
      for (const directory of [...kept.keys()]) release(directory);
      await Promise.all(closing);
    },
  };
}
