/**
 * A directory as one file, and back. Owners and times of access are not kept; links are, as they are written. What is
 * unpacked comes to lie beside its place and is moved there whole, and of an archive only what is below its own path
 * is: a cache can change nothing else.
 */
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { cp, lstat, mkdir, mkdtemp, rename, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { create, extract } from 'tar';
import { limits } from '#shared/limits.ts';
import { bytesText } from '#shared/quantity-text.ts';
import { removeTree } from '../remove-tree.ts';
import type { Workplace } from '../workplace.ts';

export type PackedDirectory = { file: string; bytes: number; release(): Promise<void> };

export type DirectoryPacker = {
  /** Null when there is no directory of that path. Throws the system's errors, or the signal's reason. */
  pack(place: Workplace, path: string, signal: AbortSignal): Promise<PackedDirectory | null>;
  /** Throws when the bytes are not those of the digest; then nothing has changed. */
  unpack(
    place: Workplace,
    path: string,
    packed: { body: Readable; sha256: string },
    signal: AbortSignal,
  ): Promise<void>;
};

/** Fast: what is kept is mostly packed already, and a job waits for it. */
const compression = { level: 1 };

/** `~/…` is in the home of the steps. */
const placeOf = (place: Workplace, path: string): { root: string; inner: string } =>
  path.startsWith('~/') ? { root: place.home, inner: path.slice(2) } : { root: place.workspace, inner: path };

export const localDirectories: DirectoryPacker = {
  async pack(place, path, signal) {
    const { root, inner } = placeOf(place, path);
    const found = await lstat(join(root, inner)).catch(() => null);
    if (!found?.isDirectory()) return null;
    const directory = await mkdtemp(join(place.temporary, 'cache-'));
    const release = () => removeTree(directory);
    try {
      const file = join(directory, 'packed');
      const packing = create({ cwd: root, gzip: compression, portable: true, noMtime: false }, [inner]);
      await pipeline(packing, createWriteStream(file, { mode: 0o600 }), { signal });
      return { file, bytes: (await stat(file)).size, release };
    } catch (error) {
      await release();
      throw error;
    }
  },
  async unpack(place, path, { body, sha256 }, signal) {
    const { root, inner } = placeOf(place, path);
    const incoming = await mkdtemp(join(place.temporary, 'cache-'));
    try {
      await unpackInto(incoming, inner, { body, sha256 }, signal);
      await moveOnto(join(incoming, inner), join(root, inner));
    } finally {
      await removeTree(incoming);
    }
  },
};

async function unpackInto(
  directory: string,
  inner: string,
  { body, sha256 }: { body: Readable; sha256: string },
  signal: AbortSignal,
): Promise<void> {
  const hash = createHash('sha256');
  const bounds = boundsOf();
  const isInside = (path: string, { size }: { size: number | undefined }) =>
    bounds.admits(size) && `${path}/`.startsWith(`${inner}/`);
  const tar = extract({
    cwd: directory,
    preserveOwner: false,
    filter: (path, entry) => isInside(path, { size: entry.size }),
  });
  await pipeline(
    body,
    async function* (source: AsyncIterable<Buffer>) {
      let isBegun = false;
      for await (const piece of source) {
        // The library may wait for ever for the rest of an archive that is not compressed.
        if (!isBegun && !isPacked(piece)) throw new Error('it is no packed directory');
        isBegun ||= piece.length > 0;
        hash.update(piece);
        yield piece;
      }
    },
    tar,
    { signal: AbortSignal.any([signal, bounds.signal]) },
  ).catch(error => {
    bounds.signal.throwIfAborted();
    throw error;
  });
  if (hash.digest('hex') !== sha256) throw new Error('it arrived as other bytes than were kept');
}

/** Whether this can be the beginning of a gzip file. */
const isPacked = ([first = 0x1f, second = 0x8b]: Buffer): boolean => first === 0x1f && second === 0x8b;

/** Of what an archive says of itself: a small file may unpack to more than any disk has. */
function boundsOf() {
  const beyond = new AbortController();
  let [entries, bytes] = [0, 0];
  return {
    signal: beyond.signal,
    admits(size = 0): boolean {
      entries++;
      bytes += size;
      if (entries > limits.cacheEntries || bytes > limits.cacheUnpackedBytes)
        beyond.abort(
          new Error(
            `unpacked it is more than ${bytesText(limits.cacheUnpackedBytes)}, or than ${limits.cacheEntries} files`,
          ),
        );
      return !beyond.signal.aborted;
    },
  };
}

/** Onto what the image or the commit has there already, where there is something. */
async function moveOnto(from: string, to: string): Promise<void> {
  if (!(await lstat(from).catch(() => null))) throw new Error('it does not hold its own directory');
  await mkdir(dirname(to), { recursive: true });
  if (await lstat(to).catch(() => null)) return cp(from, to, options);
  await rename(from, to).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EXDEV') throw error;
    await cp(from, to, options);
  });
}

const options = { recursive: true, force: true, verbatimSymlinks: true, preserveTimestamps: true };
