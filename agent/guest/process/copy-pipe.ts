import { readSync } from 'node:fs';
import { pipeBytes } from './read-pipe.ts';

/** More than one pipe full means that somebody is still writing. */
const turns = 4;

/**
 * Takes what is in a pipe now, without waiting. True: that was all, no writer is left; false: somebody may still write.
 * Throws what `take` throws.
 */
export function copyPipe(poll: number, take: (bytes: Uint8Array) => void): boolean {
  const buffer = Buffer.allocUnsafe(pipeBytes);
  for (let turn = 0; turn < turns; turn++) {
    const bytes = readOrNull(poll, buffer);
    if (bytes === null) return false;
    if (bytes === 0) return true;
    take(buffer.subarray(0, bytes));
  }
  return false;
}

/** Null: the pipe is empty, and a writer has it open. */
function readOrNull(poll: number, into: Buffer): number | null {
  try {
    return readSync(poll, into);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return null;
    throw error;
  }
}
