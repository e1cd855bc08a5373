/**
 * Where the bytes of a live log are: in memory while it is small (most logs never touch the disk before the row), in a
 * file from then on. Bytes count as stored only when the write has succeeded.
 */
import type { Mark } from '#shared/attempt.ts';
import type { AttemptId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import type { LiveFile, LogFiles } from './log-files.ts';

type Place = { at: 'memory'; buffer: Uint8Array } | { at: 'file'; file: LiveFile };

export type LogBody = {
  bytes(): number;
  isOnDisk(): boolean;
  /** Appends; on failure nothing is added and the same bytes may be given again. `marks` are all marks so far. */
  append(bytes: Uint8Array, marks: readonly Mark[]): Promise<void>;
  addMarks(marks: readonly Mark[]): Promise<void>;
  /** The bytes of [from, to), which lies within the body. */
  read(from: number, to: number): AsyncIterable<Uint8Array>;
  /** A copy of the first `bytes` of a body in memory. */
  inMemory(bytes: number): Uint8Array | null;
  sync(): Promise<void>;
  clear(): Promise<void>;
  close(): Promise<void>;
};

const firstBufferBytes = 4 * 1024;

export function createLogBody(
  files: LogFiles,
  attempt: AttemptId,
  found: { file: LiveFile; bytes: number } | null,
): LogBody {
  let stored = found?.bytes ?? 0;
  let place: Place = found ? { at: 'file', file: found.file } : { at: 'memory', buffer: new Uint8Array() };

  /** Moves to a file, with everything so far; only when that has succeeded does the file become the place. */
  async function moveToFile(buffer: Uint8Array, marks: readonly Mark[]): Promise<LiveFile> {
    const file = await files.create(attempt);
    try {
      await file.write(buffer.subarray(0, stored), 0);
      if (marks.length > 0) await file.addMarks(marks);
    } catch (error) {
      await file.close();
      throw error;
    }
    place = { at: 'file', file };
    return file;
  }

  async function append(bytes: Uint8Array, marks: readonly Mark[]): Promise<void> {
    if (place.at === 'memory' && stored + bytes.length <= limits.logInlineBytes) {
      place = { at: 'memory', buffer: grown(place.buffer, stored, bytes.length) };
      place.buffer.set(bytes, stored);
    } else {
      const file = place.at === 'file' ? place.file : await moveToFile(place.buffer, marks);
      await file.write(bytes, stored);
    }
    stored += bytes.length;
  }

  async function* read(from: number, to: number): AsyncGenerator<Uint8Array> {
    if (place.at === 'file') yield* files.read(attempt, from, to);
    else if (from < to) yield place.buffer.slice(from, to);
  }

  return {
    bytes: () => stored,
    isOnDisk: () => place.at === 'file',
    append,
    read,
    addMarks: async marks => (place.at === 'file' ? place.file.addMarks(marks) : undefined),
    inMemory: bytes => (place.at === 'memory' ? place.buffer.slice(0, bytes) : null),
    sync: async () => (place.at === 'file' ? place.file.sync() : undefined),
    async clear() {
      if (place.at === 'file') await place.file.clear();
      stored = 0;
    },
    close: async () => (place.at === 'file' ? place.file.close() : undefined),
  };
}

/** The buffer, or a copy of at least twice its size when `more` bytes do not fit: few copies, little waste. */
function grown(buffer: Uint8Array, used: number, more: number): Uint8Array {
  if (used + more <= buffer.length) return buffer;
  const size = Math.min(
    Math.max(firstBufferBytes, buffer.length * 2, used + more),
    Math.max(limits.logInlineBytes, used + more),
  );
  const larger = new Uint8Array(size);
  larger.set(buffer.subarray(0, used));
  return larger;
}
