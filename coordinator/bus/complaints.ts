import { limits } from '#shared/limits.ts';
import type { BusLog } from './bus-log.ts';

export type Complain = (level: 'warn' | 'error', key: string, fields: object, message: string) => void;

const keysKept = 1_000;

/**
 * Logs what peers can provoke as often as they like: the same `key` once per `complaintMs`, and with the next line how
 * often it was left out. Memory is bounded; when there are too many keys, the oldest may be logged again.
 */
export function createComplaints(log: BusLog, now: () => number = () => performance.now()): Complain {
  const seen = new Map<string, { saidAt: number; leftOut: number }>();
  return (level, key, fields, message) => {
    const last = seen.get(key);
    if (last && now() - last.saidAt < limits.complaintMs) {
      last.leftOut += 1;
      return;
    }
    seen.delete(key);
    seen.set(key, { saidAt: now(), leftOut: 0 });
    const [oldest] = seen.keys();
    if (seen.size > keysKept && oldest !== undefined) seen.delete(oldest);
    log[level](last?.leftOut ? { ...fields, leftOut: last.leftOut } : fields, message);
  };
}
