/**
 * Which shortfalls are news. One is noted when something else limits its pool than before, and again after a while when
 * it lasts: a queue that comes and goes would otherwise write a line with every job. Kept in memory: a restarted
 * coordinator says once more how things are.
 */
import type { Instant } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import type { PoolLimit } from '#shared/pool.ts';
import type { Shortfall } from './shortfall.ts';

export type ShortfallNotes = {
  news(shortfalls: readonly Shortfall[], now: Instant): Shortfall[];
  /** These are written down. */
  noted(shortfalls: readonly Shortfall[], now: Instant): void;
  forget(): void;
};

export function createShortfallNotes(): ShortfallNotes {
  const last = new Map<string, { kind: PoolLimit; at: Instant }>();
  return {
    news: (shortfalls, now) =>
      shortfalls.filter(({ image, limit }) => {
        const known = last.get(image);
        return known?.kind !== limit.kind || now - known.at >= limits.shortfallRepeatMs;
      }),
    noted(shortfalls, now) {
      for (const { image, limit } of shortfalls) last.set(image, { kind: limit.kind, at: now });
    },
    forget: () => last.clear(),
  };
}
