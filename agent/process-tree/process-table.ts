/**
 * Who runs on this computer, as far as killing needs it. Two sources: /proc on Linux, `ps` elsewhere. Both mark the
 * processes that carry our variable in the environment they were started with: it survives setsid, double forks and
 * changes of group, and no process outside a step has it.
 */

/** The environment variable whose value, a machine's id, marks every process of that machine's steps. */
export const markerVariable = 'PADDOCK_MACHINE';

/** One live process. `startedAt` is in the table's own unit: pid and start together never mean two processes. */
export type ProcessRow = {
  pid: number;
  ppid: number;
  pgid: number;
  /** The session; null where the system does not tell. */
  sid: number | null;
  startedAt: number;
  isMarked: boolean;
};

export type ProcessTable = {
  /**
   * When a child of this process started. To be called before the event loop turns: until then even a dead child is
   * not reaped, so its pid is still its own.
   */
  startOf(pid: number): number;
  /**
   * All live processes; zombies are left out, they need no killing. With `since`, the marks of older processes are not
   * looked up (they read false). With `after`, processes that are certainly older than that one, a child of ours, may be
   * left out: they are none of its descendants. Rejects with ProcessTableError.
   */
  read(marker: string, since?: number, after?: number): Promise<ProcessRow[]>;
  /** Whether the pid is still that process; asked right before a signal, because pids are used again. */
  isStill(row: ProcessRow): boolean;
};
