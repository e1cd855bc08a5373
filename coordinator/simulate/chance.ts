/** Chance that can be had again: everything drawn follows from the seed. */
import type { Spread } from '#shared/scenario-file.ts';

export type Chance = {
  /** From 0 up to, not including, 1. */
  next(): number;
  happens(probability: number): boolean;
  /** Between events that happen once in `mean` on average, whenever the last one was (Poisson). */
  exponential(mean: number): number;
  /** Whole ms of something that takes now this long and now that. */
  logNormal(spread: Spread): number;
};

/** So many standard deviations are between the median of a normal distribution and its 95th percentile. */
const deviationsOfP95 = 1.644_853_626_951_472;

/** `stream`: of one seed there are many, which do not depend on how much is drawn from the others. */
export function createChance(seed: number, stream: number): Chance {
  const next = mulberry32(seed ^ Math.imul(stream + 1, 0x9e37_79b1));
  return {
    next,
    happens: probability => next() < probability,
    exponential: mean => -Math.log(1 - next()) * mean,
    logNormal({ p50, p95 }) {
      const normal = Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
      return Math.max(1, Math.round(p50 * (p95 / p50) ** (normal / deviationsOfP95)));
    },
  };
}

/** Tommy Ettinger's generator of 32 bits: small, and the same on every computer. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
