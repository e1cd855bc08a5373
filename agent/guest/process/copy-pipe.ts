import { readSync } from 'node:fs';
import type { Spool } from '../logs/spool.ts';

/** As much as a pipe holds on Linux; more than one pipe full means that somebody is still writing. */
const pipeBytes = 64 * 1024;
const turns = 4;

/**
 * Copies what is in a pipe into the spool without waiting. `ended`: that was all, no writer is left; `open`: somebody
 * may still write; `full`: the spool's limit is reached. Throws the system's error when the disk takes no more.
 */
export function copyPipe(poll: number, spool: Spool): 'ended' | 'open' | 'full' {
  const buffer = Buffer.allocUnsafe(pipeBytes);
  for (let turn = 0; turn < turns; turn++) {
    const bytes = readOrNull(poll, buffer);
    if (bytes === null) return 'open';
    if (bytes === 0) return 'ended';
    if (!spool.append(buffer.subarray(0, bytes))) return 'full';
  }
  return 'open';
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
