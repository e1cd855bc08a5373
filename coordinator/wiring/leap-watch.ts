import type { Instant } from '#shared/ids.ts';

/** Less than that is a clock that is being adjusted, as it always is. */
const leapMs = 2_000;

/**
 * Whether the wall clock was set since the last question, judged by one that is never set. True for the first question: what
 * an earlier start has noted may be of a clock that was set since.
 */
export function watchLeaps(monotonicMs: () => number, now: () => Instant): () => boolean {
  let known: number | null = null;
  return () => {
    const ahead = now() - monotonicMs();
    const hasLeapt = known === null || Math.abs(ahead - known) > leapMs;
    known = ahead;
    return hasLeapt;
  };
}
