/**
 * Killing a step's processes, all of them and no others. Rounds of: read the table, decide who is ours, signal. A process
 * that is asked to end gets TERM once; from the end of the grace on everything gets KILL, round by round, because a
 * process may fork between the reading and the signal.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { limits } from '#shared/limits.ts';
import { ProcessTableError } from './errors.ts';
import type { ProcessRow, ProcessTable } from './process-table.ts';
import { type Leader, nameOf, treeMembers } from './tree-members.ts';

export type Tree = {
  table: ProcessTable;
  /** Value of the marker variable. */
  marker: string;
  /** TERM, then this long, then KILL; 0 kills at once. */
  graceMs: number;
};

export type RunningLeader = Leader & {
  /** True until the process is reaped: so long its pid and its group are certainly its own. */
  isRunning(): boolean;
};

/**
 * Ends the tree of one step: its group, and escapees by mark, parentage and session (see tree-members.ts). Returns the
 * pids that could not be killed within `limits.killSettleMs` (another user's, or hanging in the kernel); normally none.
 * Rejects with ProcessTableError when the table could not be read in the last round.
 */
export const killTree = (tree: Tree & { leader: RunningLeader }): Promise<number[]> =>
  kill({ ...tree, since: tree.leader.startedAt }, tree.leader);

/**
 * Ends every process that carries the mark, and their children; this process and those above it are spared. For what a
 * dead agent left behind. Nothing that started before `since` (a start of the same table) carries the mark, as the caller
 * knows; that spares a look at the environment of everybody else. Returns and rejects as killTree does.
 */
export const killMarked = (tree: Tree & { since?: number }): Promise<number[]> => kill(tree, null);

async function kill(tree: Tree & { since?: number }, leader: RunningLeader | null): Promise<number[]> {
  // An empty mark would match what has nothing to do with us.
  if (tree.marker.length < 8) throw new Error(`marker "${tree.marker}" is too short to prove anything`);
  const known = new Set<string>();
  if (tree.graceMs > 0) {
    const left = await rounds(tree, { leader, known, signal: asker(leader), forMs: tree.graceMs });
    if (Array.isArray(left) && left.length === 0) return [];
  }
  const left = await rounds(tree, { leader, known, signal: killer(leader), forMs: limits.killSettleMs });
  if (left instanceof ProcessTableError) throw left;
  return left.map(row => row.pid);
}

type Signaller = (left: readonly ProcessRow[], table: ProcessTable) => void;

type Rounds = { leader: RunningLeader | null; signal: Signaller; forMs: number; known: Set<string> };

/** Repeats until nobody is left or the time is up; the pauses grow from 2 to 50 ms. Returns who is left, if known. */
async function rounds(tree: Tree & { since?: number }, { leader, signal, forMs, known }: Rounds) {
  const until = performance.now() + forMs;
  for (let pauseMs = 2; ; pauseMs = Math.min(pauseMs * 2, 50)) {
    const isLast = performance.now() >= until;
    const left = await membersOf(tree, leader, known);
    const isReadable = Array.isArray(left);
    signal(isReadable ? left : [], tree.table);
    if (isLast || (isReadable && left.length === 0)) return left;
    await pause(Math.max(1, Math.min(pauseMs, until - performance.now())));
  }
}

/**
 * Read before anybody is signalled: the death of a parent would take the proof of its children along. An unreadable
 * table (a machine out of processes cannot run `ps`) is an answer too: the next round tries again.
 */
async function membersOf(tree: Tree & { since?: number }, leader: RunningLeader | null, known: Set<string>) {
  try {
    const rows = await tree.table.read(tree.marker, tree.since, leader?.pid);
    const members = treeMembers(rows, leader, process.pid, known);
    for (const row of members) known.add(nameOf(row));
    return members;
  } catch (error) {
    if (error instanceof ProcessTableError) return error;
    throw error;
  }
}

/** TERM, once for each process (many take a second one as "at once"); CONT lets a stopped one act on it. */
function asker(leader: RunningLeader | null): Signaller {
  const asked = new Set<string>();
  let isGroupAsked = false;
  return (left, table) => {
    const isToGroup = !isGroupAsked && leader?.isRunning() === true;
    if (isToGroup) sendAll(-leader.pid, ['SIGTERM', 'SIGCONT']);
    isGroupAsked = true;
    for (const row of left) {
      const hasIt = asked.has(nameOf(row)) || (isToGroup && row.pgid === leader.pid);
      asked.add(nameOf(row));
      if (!hasIt && table.isStill(row)) sendAll(row.pid, ['SIGTERM', 'SIGCONT']);
    }
  };
}

/** KILL works on stopped processes too. The group as one: no member can fork out of a signal to all. */
function killer(leader: RunningLeader | null): Signaller {
  return (left, table) => {
    if (leader?.isRunning()) sendAll(-leader.pid, ['SIGKILL']);
    for (const row of left) if (table.isStill(row)) sendAll(row.pid, ['SIGKILL']);
  };
}

/** Gone already is what we want; not permitted shows as a survivor. */
function sendAll(pid: number, signals: readonly NodeJS.Signals[]): void {
  for (const signal of signals)
    try {
      process.kill(pid, signal);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code !== 'ESRCH' && code !== 'EPERM') throw error;
    }
}
