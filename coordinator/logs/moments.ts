/**
 * The moments of one live log, gathered as its bytes arrive: a bounded sample, however long the log lives. They are in
 * memory until the log ends; what a restart forgets has no time, which is better than a wrong one.
 */
import type { Instant } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import type { Moment } from '#shared/log-moments.ts';

export type Moments = {
  /** The byte at `offset` has arrived. Offsets ascend; the clock may be set back. */
  add(offset: number, at: Instant): void;
  all(): readonly Moment[];
  clear(): void;
};

export function createMoments(): Moments {
  let moments: Moment[] = [];
  let spacingMs = limits.momentSpacingMs;

  /** Whether a moment says anything that the one before it does not. */
  const isNews = (last: Moment | undefined, at: Instant) => !last || Math.abs(at - last.at) >= spacingMs;

  function thinOut(): void {
    while (moments.length > limits.momentsPerLog) {
      spacingMs *= 2;
      const kept: Moment[] = [];
      for (const moment of moments) if (isNews(kept.at(-1), moment.at)) kept.push(moment);
      moments = kept;
    }
  }

  return {
    add(offset, at) {
      if (!isNews(moments.at(-1), at)) return;
      moments.push({ offset, at });
      thinOut();
    },
    all: () => moments,
    clear() {
      moments = [];
      spacingMs = limits.momentSpacingMs;
    },
  };
}
