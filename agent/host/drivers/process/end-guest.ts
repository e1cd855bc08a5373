import { setTimeout as pause } from 'node:timers/promises';
import type { MachineId } from '#shared/ids.ts';
import { killMarked } from '../../../process-tree/kill-tree.ts';
import type { ProcessTable } from '../../../process-tree/process-table.ts';
import { survivors } from '../failures.ts';
import type { Guest } from './guest.ts';

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
  if (guest && !(await endsWithin(guest, 0, signal))) {
    await signalGuest(id, guest, 'SIGTERM', table);
    if (!(await endsWithin(guest, graceMs, signal))) await signalGuest(id, guest, 'SIGKILL', table);
  }
  // A machine's processes are its guest and what that has started.
  const since = guest ? { since: guest.process.startedAt } : {};
  const left = await killMarked({ table, marker: id, graceMs: 0, ...since });
  if (left.length > 0) throw survivors(id, left);
  // A process that is just being executed shows no mark for a moment: only its end proves that it has ended.
  if (guest) await orAborted(guest.ended, signal);
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

async function orAborted(ended: Promise<unknown>, signal: AbortSignal): Promise<void> {
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason);
  signal.addEventListener('abort', abort);
  if (signal.aborted) abort();
  try {
    await Promise.race([ended, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/** An adopted guest is proven by mark, pid and start right before: pids are used again. */
async function signalGuest(
  id: MachineId,
  { process: { pid, startedAt }, isOurChild }: Guest,
  name: NodeJS.Signals,
  table: ProcessTable,
): Promise<void> {
  const rows = isOurChild ? [] : await table.read(id, startedAt);
  const row = rows.find(found => found.isMarked && found.pid === pid && found.startedAt === startedAt);
  if (!isOurChild && !(row && table.isStill(row))) return;
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
