/** Guests that are not our children. */
import type { ProcessTable } from '../../../process-tree/process-table.ts';
import type { GuestEnd } from './guest.ts';
import type { GuestProcess } from './machine-directory.ts';

export type AdoptedGuests = {
  /** Resolves when a later look no longer finds this process. */
  endOf(process: GuestProcess): Promise<GuestEnd>;
  /** One look at the process table for all of them; none when there is nothing to watch. */
  look(): Promise<void>;
};

/** Watches guests that an earlier start of the host agent has started: they are not our children, so we have to look. */
export function watchAdoptedGuests(table: ProcessTable): AdoptedGuests {
  const watched = new Map<GuestProcess, (end: GuestEnd) => void>();
  return {
    endOf: process => new Promise(resolve => watched.set(process, resolve)),
    look: async () => {
      if (watched.size === 0) return;
      const rows = await table.read(noMark, Number.POSITIVE_INFINITY);
      for (const [process, resolve] of watched) {
        if (rows.some(row => isSame(row, process))) continue;
        watched.delete(process);
        resolve({ exitCode: null, signal: null });
      }
    },
  };
}

/** Marks are of no interest to a look; with a start in the future the table does not even look for them. */
export const noMark = 'no machine';

export const isSame = (a: GuestProcess, b: GuestProcess): boolean =>
  a.pid === b.pid && a.startedAt === b.startedAt;
