/**
 * Blobs as files: `objects/<first two digits>/<digest>`, written under `incoming/` first and renamed when they are
 * complete and on disk. A name in `objects/` therefore always has all its bytes, after a crash too; what a crash left in
 * `incoming/` is removed at the next start. The directory belongs to one coordinator.
 */
import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 as digestSchema } from '#shared/ids.ts';
import type { BlobRef, BlobSource, Blobs, PutOptions } from './blobs.ts';
import { createDirectoryUploads } from './directory-uploads.ts';
import { asWriteError, BlobError, systemCode } from './errors.ts';
import { readRange, syncDirectory } from './file-bytes.ts';
import { createHolds } from './holds.ts';
import { digesting, untilAborted, writeChunks } from './incoming.ts';

/** Opens a blob store in `dir`, made when it is missing (0700; files 0600). */
export async function openDirectoryBlobs(dir: string): Promise<Blobs> {
  const objects = join(dir, 'objects');
  const incoming = join(dir, 'incoming');
  for (const path of [dir, objects, incoming]) await mkdir(path, { recursive: true, mode: 0o700 });
  for (const name of await readdir(incoming)) await rm(join(incoming, name), { force: true });
  const holds = createHolds();
  const pathOf = (sha256: string) => join(objects, digestSchema.parse(sha256).slice(0, 2), sha256);

  /** Makes a complete file visible under its digest. The file is synced before, its new name after. */
  async function publish(file: FileHandle, temporary: string, sha256: string): Promise<void> {
    const path = pathOf(sha256);
    await file.sync();
    const made = await mkdir(join(path, '..'), { recursive: true, mode: 0o700 });
    await rename(temporary, path);
    await syncDirectory(join(path, '..'));
    if (made) await syncDirectory(objects);
  }

  async function put(source: BlobSource, options: PutOptions = {}): Promise<BlobRef> {
    const temporary = join(incoming, randomUUID());
    const subject = options.expectedSha256 ? `blob ${options.expectedSha256}` : 'a new blob';
    try {
      const file = await open(temporary, 'wx', 0o600);
      try {
        const { chunks, digest } = digesting(chunksOf(source, options.signal));
        const bytes = await writeChunks(file, chunks, 0);
        const sha256 = digest();
        refuseOther(sha256, options.expectedSha256);
        await options.announce?.({ sha256, bytes });
        await publish(file, temporary, sha256);
        return { sha256, bytes };
      } finally {
        await file.close();
      }
    } catch (error) {
      await rm(temporary, { force: true });
      throw asWriteError(error, dir, subject);
    }
  }

  async function* get(
    sha256: string,
    range: { from: number; to: number } = { from: 0, to: Number.POSITIVE_INFINITY },
  ): AsyncGenerator<Uint8Array> {
    const file = await openObject(pathOf(sha256), sha256);
    try {
      yield* readRange(file, range.from, Math.min(range.to, (await file.stat()).size));
    } finally {
      await file.close();
    }
  }

  const remove = (sha256: string) => rm(pathOf(sha256), { force: true });
  return {
    put,
    get,
    size: sha256 => sizeOf(pathOf(sha256)),
    remove,
    hold: holds.hold,
    removeUnwanted: (sha256, isUnwanted) => holds.remove(sha256, isUnwanted, () => remove(sha256)),
    uploads: await createDirectoryUploads(dir, publish),
  };
}

function chunksOf(source: BlobSource, signal: AbortSignal | undefined): AsyncIterable<Uint8Array> {
  const chunks = source instanceof Uint8Array ? single(source) : source;
  return signal ? untilAborted(chunks, signal) : chunks;
}

async function* single(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

function refuseOther(sha256: string, expected: string | undefined): void {
  if (expected === undefined || expected === sha256) return;
  throw new BlobError(
    'wrong-digest',
    expected,
    `Bytes announced as ${expected} have the digest ${sha256}; they were dropped. The sender has to send the file again.`,
  );
}

async function openObject(path: string, sha256: string): Promise<FileHandle> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
    throw new BlobError(
      'missing',
      sha256,
      `There is no blob ${sha256}: it was never stored, or it is removed.`,
    );
  }
}

async function sizeOf(path: string): Promise<number | null> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw error;
  }
}
