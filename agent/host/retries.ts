import type { MachineId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';

export type Retry = {
  of: 'create' | 'destroy';
  tries: number;
  dueAt: number;
  message: string;
};

export type Retries = {
  get(id: MachineId): Retry | null;
  /** Notes a failure and when to try again: twice as long after each, from `retryFirstMs` to `retryMaxMs`. */
  failed(id: MachineId, of: Retry['of'], message: string, now: number): Retry;
  clear(id: MachineId): void;
  /** Drops those of all other machines: nobody wants that any more. */
  keep(ids: ReadonlySet<MachineId>): void;
  /** Milliseconds until the next one falls due; infinite when none will. */
  nextIn(now: number): number;
};

/** Exponential back-off per machine, on a monotonic clock that the caller reads. */
export function createRetries(): Retries {
  const retries = new Map<MachineId, Retry>();
  return {
    get: id => retries.get(id) ?? null,
    failed: (id, of, message, now) => {
      const last = retries.get(id);
      const tries = last?.of === of ? last.tries + 1 : 1;
      const delayMs = Math.min(limits.retryFirstMs * 2 ** (tries - 1), limits.retryMaxMs);
      const retry = { of, tries, dueAt: now + delayMs, message };
      retries.set(id, retry);
      return retry;
    },
    clear: id => void retries.delete(id),
    keep: ids => {
      for (const id of retries.keys()) if (!ids.has(id)) retries.delete(id);
    },
    nextIn: now => {
      const waits = [...retries.values()].map(({ dueAt }) => dueAt - now).filter(ms => ms > 0);
      return Math.min(...waits);
    },
  };
}
