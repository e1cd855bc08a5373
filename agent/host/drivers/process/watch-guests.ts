import type { ProcessTable } from '../../../process-tree/process-table.ts';
import { lookAtProcesses, type ProcessIdentity } from '../../process-identity.ts';
import type { GuestEnd } from './guest.ts';

export type AdoptedGuests = {
  /** Resolves when a later look no longer finds this process. */
  endOf(process: ProcessIdentity): Promise<GuestEnd>;
  /** One look at the process table for all of them; none when there is nothing to watch. */
  look(): Promise<void>;
};

/** Watches guests that an earlier start of the host agent has started: they are not our children, so we have to look. */
export function watchAdoptedGuests(table: ProcessTable): AdoptedGuests {
  const watched = new Map<ProcessIdentity, (end: GuestEnd) => void>();
  return {
    endOf: process => new Promise(resolve => watched.set(process, resolve)),
    look: async () => {
      if (watched.size === 0) return;
      const isRunning = await lookAtProcesses(table);
      for (const [process, resolve] of watched) {
        if (isRunning(process)) continue;
        watched.delete(process);
        resolve({ exitCode: null, signal: null });
      }
    },
  };
}
