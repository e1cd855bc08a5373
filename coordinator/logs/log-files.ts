/**
 * The port to the owner's local disk, and the disk: a live log that outgrew memory is `<attempt>.log`, its marks are
 * `<attempt>.marks` (one JSON line each). Bytes are written at their offset, so the file is always a prefix of the
 * stream, whatever was interrupted; that is why it can be re-opened and answered for after a crash.
 */
import { constants, type FileHandle, mkdir, open, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Mark, mark } from '#shared/attempt.ts';
import { type AttemptId, attemptId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { systemCode } from '../blobs/errors.ts';
import { readRange, syncDirectory, writeAll } from '../blobs/file-bytes.ts';

export type LiveFile = {
  write(bytes: Uint8Array, at: number): Promise<void>;
  addMarks(marks: readonly Mark[]): Promise<void>;
  /** Bytes and name are on disk when this resolves. */
  sync(): Promise<void>;
  /** Drops all bytes; marks stay. */
  clear(): Promise<void>;
  close(): Promise<void>;
};

export type LogFiles = {
  /** A new, empty file in place of any earlier one. */
  create(attempt: AttemptId): Promise<LiveFile>;
  /** Null when there is none. */
  open(attempt: AttemptId): Promise<{ file: LiveFile; bytes: number; marks: Mark[] } | null>;
  read(attempt: AttemptId, from: number, to: number): AsyncIterable<Uint8Array>;
  list(): Promise<AttemptId[]>;
  remove(attempt: AttemptId): Promise<void>;
};

/** The files of live logs in `dir`, made when it is missing (0700; files 0600). */
export async function openLogFiles(dir: string): Promise<LogFiles> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const bytesPath = (attempt: AttemptId) => join(dir, `${attemptId.parse(attempt)}.log`);
  const marksPath = (attempt: AttemptId) => join(dir, `${attemptId.parse(attempt)}.marks`);

  return {
    async create(attempt) {
      await rm(marksPath(attempt), { force: true });
      const flags = constants.O_RDWR | constants.O_CREAT | constants.O_TRUNC;
      return liveFile(dir, await open(bytesPath(attempt), flags, 0o600), marksPath(attempt));
    },
    async open(attempt) {
      const handle = await openIfThere(bytesPath(attempt));
      if (!handle) return null;
      const file = liveFile(dir, handle, marksPath(attempt));
      return { file, bytes: (await handle.stat()).size, marks: await readMarks(marksPath(attempt)) };
    },
    async *read(attempt, from, to) {
      const handle = await open(bytesPath(attempt), 'r');
      try {
        yield* readRange(handle, from, to);
      } finally {
        await handle.close();
      }
    },
    async list() {
      const names = (await readdir(dir)).filter(name => name.endsWith('.log'));
      return names.flatMap(name => attemptId.safeParse(name.slice(0, -'.log'.length)).data ?? []);
    },
    async remove(attempt) {
      // The log last: while it is there, whoever lists will come back to finish this.
      await rm(marksPath(attempt), { force: true });
      await rm(bytesPath(attempt), { force: true });
    },
  };
}

function liveFile(dir: string, handle: FileHandle, marksPath: string): LiveFile {
  let unsyncedBytes = 0;
  let earlySync: Promise<unknown> | null = null;
  let earlyFailure: { error: unknown } | null = null;

  /**
   * A part of what `sync` has to do, while bytes still come. Its failure is that of every `sync` until the log begins anew:
   * the system says once that it has lost something.
   */
  function syncEarly(): void {
    unsyncedBytes = 0;
    earlySync = handle
      .datasync()
      .catch(error => {
        earlyFailure ??= { error };
      })
      .finally(() => {
        earlySync = null;
      });
  }

  return {
    async write(bytes, at) {
      await writeAll(handle, bytes, at);
      unsyncedBytes += bytes.length;
      if (unsyncedBytes >= limits.logSyncBytes && !earlySync) syncEarly();
    },
    async addMarks(marks) {
      const file = await open(marksPath, 'a', 0o600);
      try {
        await file.write(marks.map(each => `${JSON.stringify(each)}\n`).join(''));
      } finally {
        await file.close();
      }
    },
    async sync() {
      await earlySync;
      if (earlyFailure) throw earlyFailure.error;
      await Promise.all([handle.datasync(), syncDirectory(dir)]);
    },
    async clear() {
      await earlySync;
      earlyFailure = null;
      await handle.truncate(0);
    },
    async close() {
      await earlySync;
      await handle.close();
    },
  };
}

async function openIfThere(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, 'r+');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw error;
  }
}

/** The marks up to the first line that a crash tore; the agent sends the others again. */
async function readMarks(path: string): Promise<Mark[]> {
  const marks: Mark[] = [];
  for (const line of (await readIfThere(path)).split('\n')) {
    const parsed = mark.safeParse(parseJson(line)).data;
    if (!parsed) break;
    if (parsed.seq === marks.length) marks.push(parsed);
  }
  return marks;
}

async function readIfThere(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return '';
    throw error;
  }
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
