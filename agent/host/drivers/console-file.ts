/**
 * The console of a machine: a file that its guest appends to by itself, so that it outlives the host agent. A pipe would
 * end the guest with the agent. Bounded by looking: what is in excess between two looks is cut, head and tail stay.
 * libvirt's log daemon puts a file aside that has grown beyond a size of its own (2 MiB): `console.0` is what `console` was,
 * `console.1` what that was before. It counts what it has written, so also a file that is cut is put aside one day.
 * https://libvirt.org/manpages/virtlogd.html
 */
import { type FileHandle, open } from 'node:fs/promises';
import { limits } from '#shared/limits.ts';

const half = limits.consoleBytes / 2;

/** Newest first: the file itself, and what may have been put aside of it, unless the daemon's configuration says more. */
const suffixes = ['', '.0', '.1', '.2', '.3'];

/** Cuts the middle out of what has grown beyond `limits.consoleBytes`. The guest appends behind the cut. */
export async function boundConsole(path: string): Promise<void> {
  for (const suffix of suffixes) await boundFile(`${path}${suffix}`);
}

async function boundFile(path: string): Promise<void> {
  const file = await open(path, 'r+').catch(ignoreAbsent);
  if (!file) return;
  try {
    const { size } = await file.stat();
    if (size <= limits.consoleBytes) return;
    const tail = Buffer.alloc(half / 2);
    await file.read(tail, 0, tail.length, size - tail.length);
    const note = Buffer.from(`\n[${size - half - tail.length} bytes of the console were cut here]\n`);
    await file.truncate(half);
    await file.write(Buffer.concat([note, tail]), 0, null, half);
  } finally {
    await file.close();
  }
}

/** What the console holds, at most `limits.consoleBytes` of its end; null when there is none. */
export async function readConsole(path: string): Promise<Uint8Array | null> {
  const files = await openAll(path);
  try {
    const parts: Uint8Array[] = [];
    let room = limits.consoleBytes;
    for (const file of files) {
      const part = await readEnd(file, room);
      parts.unshift(part);
      room -= part.length;
    }
    return files.length === 0 ? null : Buffer.concat(parts);
  } finally {
    for (const file of files) await file.close();
  }
}

/** Newest first, each once: a file that is put aside between two looks would be met under both names. */
async function openAll(path: string): Promise<FileHandle[]> {
  const files = new Map<number, FileHandle>();
  for (const suffix of suffixes) {
    const file = await open(`${path}${suffix}`, 'r').catch(ignoreAbsent);
    const { ino } = (await file?.stat()) ?? { ino: 0 };
    if (file && files.has(ino)) await file.close();
    else if (file) files.set(ino, file);
  }
  return [...files.values()];
}

async function readEnd(file: FileHandle, most: number): Promise<Uint8Array> {
  const { size } = await file.stat();
  const length = Math.min(size, most);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length);
  return buffer.subarray(0, bytesRead);
}

/** Of a daemon that is root what it has begun anew is not for an agent that is not; what it has put aside may be. */
function ignoreAbsent(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT' || error.code === 'EACCES') return null;
  throw error;
}
