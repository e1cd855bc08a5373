import type { ProcessTable } from '../process-tree/process-table.ts';

/** A pid and when its process started, in the table's own unit: together they never mean two processes. */
export type ProcessIdentity = { pid: number; startedAt: number };

/** One look at the process table; the answer tells which processes were running then. Throws `ProcessTableError`. */
export async function lookAtProcesses(table: ProcessTable): Promise<(process: ProcessIdentity) => boolean> {
  // No mark is looked up: with a start in the future no process is young enough to be asked for its own.
  const rows = await table.read('no machine', Number.POSITIVE_INFINITY);
  const starts = new Map(rows.map(row => [row.pid, row.startedAt]));
  return ({ pid, startedAt }) => starts.get(pid) === startedAt;
}
