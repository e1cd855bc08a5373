/**
 * How long things have been as they are, on a clock that nobody sets. What is stored is when they became so on the wall
 * clock, which may be set by hours meanwhile; that is asked only for what there was before this process looked first.
 */
import type { Instant } from '#shared/ids.ts';

type Thing = { id: string; since: Instant };

/** Each look names every thing that is to be remembered; answers the age of each, in milliseconds. */
export type Ages = (things: readonly Thing[]) => Map<string, number>;

/** @param monotonicMs a clock that never jumps, such as `performance.now`; `since` is by `now`. */
export function createAges(monotonicMs: () => number, now: () => Instant): Ages {
  let known = new Map<string, { since: Instant; born: number }>();
  let lastLook = -Infinity;
  return things => {
    const [at, wall] = [monotonicMs(), now()];
    // New since the last look: it cannot be older than that, whatever the wall clock says.
    const bornAt = (since: Instant) => Math.max(at - Math.max(0, wall - since), lastLook);
    known = new Map(
      things.map(({ id, since }) => {
        const earlier = known.get(id);
        return [id, earlier?.since === since ? earlier : { since, born: bornAt(since) }];
      }),
    );
    lastLook = at;
    return new Map([...known].map(([id, { born }]) => [id, at - born]));
  };
}
