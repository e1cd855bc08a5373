/** How long jobs of an image took lately: looked up once for all that wait for it, not for each of them. */
import type { Instant } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { listRecentDurations } from '../store/attempts.ts';
import type { Tx } from '../store/store.ts';

const historyLength = 20;

/** The median of the last passed jobs in ms, at most `limits.typicalTimeKeptMs` old; null where none has passed yet. */
export type TypicalTimes = (tx: Tx, image: string) => Promise<number | null>;

export function createTypicalTimes(now: () => Instant): TypicalTimes {
  const known = new Map<string, { at: Instant; ms: number }>();
  return async (tx, image) => {
    const last = known.get(image);
    if (last && Math.abs(now() - last.at) < limits.typicalTimeKeptMs) return last.ms;
    const durations = (await listRecentDurations(tx, image, historyLength)).sort((a, b) => a - b);
    const ms = durations[Math.floor(durations.length / 2)];
    if (ms === undefined) return null;
    known.set(image, { at: now(), ms });
    return ms;
  };
}
