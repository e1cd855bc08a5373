/**
 * What a frame adds to a log, decided from the offsets alone. A repeated or overlapping frame is harmless; a frame
 * beyond the end adds nothing, and the answer, how far the log is stored, tells the agent where to go on.
 */
import type { Mark } from '#shared/attempt.ts';
import { limits } from '#shared/limits.ts';

export type AppendPlan =
  /** Store the frame's bytes from `skip` on. */
  | { add: 'bytes'; skip: number }
  | { add: 'nothing' }
  /** The stream is longer than its agent was allowed: store nothing, end the sending. */
  | { add: 'beyond-limit' };

export function planAppend(
  stored: { bytes: number; limitBytes: number },
  frame: { offset: number; bytes: number },
): AppendPlan {
  const end = frame.offset + frame.bytes;
  if (end > stored.limitBytes) return { add: 'beyond-limit' };
  if (frame.offset > stored.bytes || end <= stored.bytes) return { add: 'nothing' };
  return { add: 'bytes', skip: stored.bytes - frame.offset };
}

/** The marks that are next in sequence; repeats and everything behind a gap are left out. */
export function newMarks(stored: readonly Mark[], sent: readonly Mark[]): Mark[] {
  const added: Mark[] = [];
  for (const mark of sent) {
    const next = stored.length + added.length;
    if (mark.seq === next && next < limits.marksPerAttempt) added.push(mark);
  }
  return added;
}
