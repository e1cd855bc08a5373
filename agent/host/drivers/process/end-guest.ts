import { setTimeout as pause } from 'node:timers/promises';
import type { MachineId } from '#shared/ids.ts';
import { killMarked } from '../../../process-tree/kill-tree.ts';
import type { ProcessTable } from '../../../process-tree/process-table.ts';
import type { ProcessIdentity } from '../../process-identity.ts';
import { survivors } from './failures.ts';
import type { GuestEnd } from './guest.ts';

export type Guest = { process: ProcessIdentity; ended: Promise<GuestEnd> };

export type Ending = {
  id: MachineId;
  /** Null: it is not known whether there is one; whatever carries the mark is killed. */
  guest: Guest | null;
  table: ProcessTable;
  graceMs: number;
  signal: AbortSignal;
};

/**
 * Ends a guest and everything of its machine: TERM, grace, KILL, then all that carries the machine's mark. The guest goes
 * first, so that it never sees its suite killed by us and takes that for a verdict. Throws `DriverError` when something
 * survives, or the signal's reason.
 */
export async function endGuest({ id, guest, table, graceMs, signal }: Ending): Promise<void> {
  if (guest && (await signalGuest(id, guest.process, 'SIGTERM', table))) {
    const isOver = await endsWithin(guest, graceMs, signal);
    if (!isOver) await signalGuest(id, guest.process, 'SIGKILL', table);
  }
  const left = await killMarked({ table, marker: id, graceMs: 0 });
  if (left.length > 0) throw survivors(id, left);
}

async function endsWithin({ ended }: Guest, ms: number, signal: AbortSignal): Promise<boolean> {
  const over = new AbortController();
  const timer = pause(ms, false, { signal: AbortSignal.any([signal, over.signal]) });
  try {
    return await Promise.race([ended.then(() => true), timer]);
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    over.abort();
    await timer.catch(() => undefined); // aborted just now
  }
}

/** False when it no longer runs. Proven by mark, pid and start right before: pids are used again. */
async function signalGuest(
  id: MachineId,
  guest: ProcessIdentity,
  name: NodeJS.Signals,
  table: ProcessTable,
): Promise<boolean> {
  const rows = await table.read(id, guest.startedAt);
  const row = rows.find(
    ({ isMarked, pid, startedAt }) => isMarked && pid === guest.pid && startedAt === guest.startedAt,
  );
  if (!row || !table.isStill(row)) return false;
  try {
    return process.kill(row.pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}
