/**
 * When the bytes of a log came: moments, each the offset of a byte and the time at which it arrived at the log's owner.
 * What stands between one moment and the next arrived soon after the first: within `limits.momentSpacingMs`, or within
 * more of a log with so long a life that its moments were thinned out.
 */
import * as z from 'zod';
import type { Instant } from './ids.ts';

export type Moment = { offset: number; at: Instant };

/** As JSON: of each moment the differences to the one before (to 0 of the first), which are small numbers. */
export const packedMoments = z.array(z.tuple([z.number().int().nonnegative(), z.number().int()]));
export type PackedMoments = z.infer<typeof packedMoments>;

export function packMoments(moments: readonly Moment[]): PackedMoments {
  let last = { offset: 0, at: 0 };
  return moments.map(moment => {
    const difference: [number, number] = [moment.offset - last.offset, moment.at - last.at];
    last = moment;
    return difference;
  });
}

export function unpackMoments(packed: PackedMoments): Moment[] {
  let [offset, at] = [0, 0];
  return packed.map(([bytes, ms]) => {
    offset += bytes;
    at += ms;
    return { offset, at };
  });
}

/** When the byte at an offset arrived; null when it came before the first moment. `moments` ascend. */
export function momentOf(moments: readonly Moment[], offset: number): Moment | null {
  let [low, high] = [0, moments.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((moments[middle]?.offset ?? 0) <= offset) low = middle + 1;
    else high = middle;
  }
  return moments[low - 1] ?? null;
}
