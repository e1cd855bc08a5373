/**
 * Which processes belong to a step. Pure. Proof is one of: the mark in the environment; the group or session of the
 * step's first process; a parent that is proven; a session whose first process is proven. Nothing else is ever ours.
 */
import type { ProcessRow } from './process-table.ts';

/** The first process of a step: leader of its own session and group. */
export type Leader = { pid: number; startedAt: number };

/** One process, for as long as the system runs. */
export const nameOf = ({ pid, startedAt }: ProcessRow): string => `${pid} ${startedAt}`;

/**
 * The members among `rows`. Those whose names are `known` were proven before, and stay so when what proved them is gone.
 * Without a leader, what the mark proves and its children. With one, nothing older than it:
 * that spares this agent, which carries the same mark. `self` and everything above it are spared in any case.
 */
export function treeMembers(
  rows: readonly ProcessRow[],
  leader: Leader | null,
  self: number,
  known: ReadonlySet<string> = new Set(),
): ProcessRow[] {
  const spared = lineOf(rows, self);
  const candidates = rows.filter(
    row => row.pid > 1 && !spared.has(row.pid) && row.startedAt >= (leader?.startedAt ?? 0),
  );
  const members = new Set(
    candidates
      .filter(row => row.isMarked || known.has(nameOf(row)) || isUnder(leader, row, rows))
      .map(row => row.pid),
  );
  for (let before = -1; before !== members.size; ) {
    before = members.size;
    for (const row of candidates)
      if (members.has(row.ppid) || (row.sid !== null && members.has(row.sid))) members.add(row.pid);
  }
  return candidates.filter(row => members.has(row.pid));
}

/**
 * The leader's pid stays reserved for as long as a group or session has that number. A process that has the pid and
 * another start proves that both had ended, and that the number means strangers now.
 */
function isUnder(leader: Leader | null, row: ProcessRow, rows: readonly ProcessRow[]): boolean {
  if (leader === null || (row.pgid !== leader.pid && row.sid !== leader.pid)) return false;
  return !rows.some(other => other.pid === leader.pid && other.startedAt !== leader.startedAt);
}

/** A process and its ancestors. */
function lineOf(rows: readonly ProcessRow[], self: number): Set<number> {
  const parents = new Map(rows.map(row => [row.pid, row.ppid]));
  const line = new Set<number>();
  for (let pid: number | undefined = self; pid !== undefined && !line.has(pid); pid = parents.get(pid))
    line.add(pid);
  return line;
}
