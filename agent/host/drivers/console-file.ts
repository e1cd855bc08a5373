/**
 * The console of a machine: a file that its guest appends to by itself, so that it outlives the host agent. A pipe would
 * end the guest with the agent. Bounded by looking: what is in excess between two looks is cut, head and tail stay.
 */
import { open } from 'node:fs/promises';
import { limits } from '#shared/limits.ts';

const half = limits.consoleBytes / 2;

/** Cuts the middle out of a console that has grown beyond `limits.consoleBytes`. The guest appends behind the cut. */
export async function boundConsole(path: string): Promise<void> {
  const file = await open(path, 'r+').catch(ignoreMissing);
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
  const file = await open(path, 'r').catch(ignoreMissing);
  if (!file) return null;
  try {
    const { size } = await file.stat();
    const length = Math.min(size, limits.consoleBytes);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null;
  throw error;
}
