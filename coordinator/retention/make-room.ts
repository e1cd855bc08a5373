/**
 * Where logs, artifacts, caches and reports take more than they may, the oldest logs and artifacts go before their time, of all
 * repositories alike: the moment before which they go moves forward until there is room. What is kept, and the newest artifacts of
 * each branch, stay all the same; so does what is younger than an hour.
 */
import type { Instant } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';

/** The moments to try, the earliest first: equal steps, each of an hour at least, from the oldest on to the floor. */
export function* roomMoments(oldest: Instant, now: Instant): Generator<Instant> {
  const floor = now - limits.retentionFloorMs;
  const stepMs = Math.max((floor - oldest) / limits.roomSteps, limits.retentionFloorMs);
  for (let moment = oldest + stepMs; moment < floor; moment += stepMs) yield Math.ceil(moment);
  if (oldest < floor) yield floor;
}

export type RoomParts = {
  maxBytes: number;
  takenBytes(): Promise<number>;
  /** When the oldest log or artifact came that may be removed; null: there is none. */
  oldest(): Promise<Instant | null>;
  /** Of all repositories, with the bytes. @returns how many. */
  removeBefore(moment: Instant): Promise<number>;
  now: () => Instant;
};

export type Room = {
  /** How many logs and artifacts went. */
  removed: number;
  /** Whether more is taken than may be, with nothing left that could go. */
  isFull: boolean;
};

export async function makeRoom(parts: RoomParts): Promise<Room> {
  let removed = 0;
  const isFull = async () => (await parts.takenBytes()) > parts.maxBytes;
  const oldest = (await isFull()) ? await parts.oldest() : null;
  if (oldest !== null)
    for (const moment of roomMoments(oldest, parts.now())) {
      removed += await parts.removeBefore(moment);
      if (!(await isFull())) break;
    }
  return { removed, isFull: await isFull() };
}
