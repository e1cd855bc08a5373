/**
 * Uploads under way as files `parts/<id>`: the file's size is the offset, so there is nothing else that could disagree
 * with it after a crash. Appends are not synced one by one; the digest, computed from the file at the end, covers every
 * byte, and the file is synced before it becomes a blob.
 */
import { constants, type FileHandle, mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { BlobRef, BlobUploads } from './blobs.ts';
import { asWriteError, BlobError, systemCode } from './errors.ts';
import { readRange } from './file-bytes.ts';
import { digesting, untilAborted, writeChunks } from './incoming.ts';

/** Makes a synced, complete file visible as a blob (and takes the file away). */
type Publish = (file: FileHandle, temporary: string, sha256: string) => Promise<void>;

export async function createDirectoryUploads(dir: string, publish: Publish): Promise<BlobUploads> {
  const parts = join(dir, 'parts');
  await mkdir(parts, { recursive: true, mode: 0o700 });
  const turns = createTurns();
  const pathOf = (id: string) => {
    if (!/^[a-z0-9_-]{1,200}$/.test(id)) throw new TypeError(`not an upload id: ${JSON.stringify(id)}`);
    return join(parts, id);
  };

  async function appendNow(
    id: string,
    offset: number,
    source: AsyncIterable<Uint8Array>,
    signal: AbortSignal,
  ): Promise<{ appended: boolean; offset: number }> {
    const stands = await sizeOr0(pathOf(id));
    if (stands !== offset) return { appended: false, offset: stands };
    const file = await open(pathOf(id), constants.O_RDWR | constants.O_CREAT, 0o600);
    try {
      return { appended: true, offset: await writeChunks(file, untilAborted(source, signal), offset) };
    } catch (error) {
      throw asWriteError(error, dir, `upload ${id}`);
    } finally {
      await file.close();
    }
  }

  async function completeNow(id: string, expected: BlobRef): Promise<void> {
    const stands = await sizeOr0(pathOf(id));
    if (stands < expected.bytes) throw incomplete(id, stands, expected.bytes);
    const file = await open(pathOf(id), constants.O_RDWR | constants.O_CREAT, 0o600);
    try {
      const found = await digestOf(file, stands);
      if (stands !== expected.bytes || found !== expected.sha256) throw otherBytes(id, expected, found);
      await publish(file, pathOf(id), expected.sha256);
    } catch (error) {
      if (error instanceof BlobError) await rm(pathOf(id), { force: true });
      throw asWriteError(error, dir, `upload ${id}`);
    } finally {
      await file.close();
    }
  }

  return {
    offset: id => sizeOr0(pathOf(id)),
    append: (id, offset, source, signal) =>
      turns.takeOver(id, signal, turn => appendNow(id, offset, source, turn)),
    complete: (id, expected) => turns.takeOver(id, undefined, () => completeNow(id, expected)),
    discard: id => turns.takeOver(id, undefined, () => rm(pathOf(id), { force: true })),
    ids: async prefix => (await readdir(parts)).filter(id => id.startsWith(prefix)).sort(),
    async reapIdleSince(instant) {
      const reaped = [];
      for (const id of await readdir(parts)) {
        if (turns.isBusy(id) || !(await isIdleSince(pathOf(id), instant))) continue;
        await rm(pathOf(id), { force: true });
        reaped.push(id);
      }
      return reaped;
    },
  };
}

/** One operation per upload at a time; a new one ends the one before, waits until it has let go, then runs. */
function createTurns() {
  const current = new Map<string, { stop: AbortController; done: Promise<unknown> }>();

  async function takeOver<T>(
    id: string,
    signal: AbortSignal | undefined,
    act: (turn: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const before = current.get(id);
    const stop = new AbortController();
    before?.stop.abort(
      new BlobError('taken-over', id, `A newer request goes on with upload ${id}; this one was ended.`),
    );
    const turn = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
    const result = (before?.done ?? Promise.resolve()).then(() => act(turn));
    // Whoever asked gets the failure; the next in turn only waits for the end.
    const entry = { stop, done: result.catch(() => {}) };
    current.set(id, entry);
    try {
      return await result;
    } finally {
      if (current.get(id) === entry) current.delete(id);
    }
  }

  return { takeOver, isBusy: (id: string) => current.has(id) };
}

async function digestOf(file: FileHandle, bytes: number): Promise<string> {
  const { chunks, digest } = digesting(readRange(file, 0, bytes));
  for await (const _ of chunks);
  return digest();
}

async function sizeOr0(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return 0;
    throw error;
  }
}

async function isIdleSince(path: string, instant: number): Promise<boolean> {
  try {
    return (await stat(path)).mtimeMs <= instant;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false;
    throw error;
  }
}

const incomplete = (id: string, has: number, wants: number) =>
  new BlobError(
    'missing',
    id,
    `Upload ${id} has ${has} of ${wants} bytes. Send the rest from offset ${has}.`,
  );

const otherBytes = (id: string, expected: BlobRef, found: string) =>
  new BlobError(
    'wrong-digest',
    id,
    `Upload ${id} was announced as ${expected.bytes} bytes with the digest ${expected.sha256}, but has the digest ${found}. It was dropped; send the file again.`,
  );
