import { pause } from './pause.ts';

/** Rung when something may have changed. Rings are coalesced; one that comes while nobody waits is not lost. */
export type Bell = {
  ring(): void;
  /** Until the next ring, at most this long; returns at once when the signal aborts. One waits at a time. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
};

export function createBell(): Bell {
  let rung = Promise.withResolvers<void>();
  return {
    ring: () => rung.resolve(),
    async wait(ms, signal) {
      const over = new AbortController();
      await Promise.race([rung.promise, pause(ms, AbortSignal.any([signal, over.signal]))]);
      over.abort();
      rung = Promise.withResolvers();
    },
  };
}
