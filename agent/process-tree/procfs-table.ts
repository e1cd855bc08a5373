/** The process table of Linux: /proc/<pid>/stat and /proc/<pid>/environ, proc_pid_stat(5). */
import { readdirSync, readFileSync } from 'node:fs';
import { ProcessTableError } from './errors.ts';
import { markerVariable, type ProcessRow, type ProcessTable } from './process-table.ts';

/** Whether /proc is mounted and tells about processes. */
export const readsProcfs = (): boolean => parseStat(readOrNull('/proc/self/stat') ?? '') !== null;

export function createProcfsTable(): ProcessTable {
  return {
    startOf: pid => rowOf(pid)?.startedAt ?? 0,
    read: async (marker, since = 0) =>
      pids().flatMap(pid => {
        const row = rowOf(pid);
        if (row === null || row.isZombie) return [];
        return [{ ...row, isMarked: row.startedAt >= since && isMarked(pid, marker) }];
      }),
    isStill: row => rowOf(row.pid)?.startedAt === row.startedAt,
  };
}

type Stat = Omit<ProcessRow, 'isMarked'> & { isZombie: boolean };

/** The command name is in parentheses and may itself hold blanks and parentheses: fields count from the last one. */
export function parseStat(text: string): Stat | null {
  const open = text.indexOf(' (');
  const close = text.lastIndexOf(') ');
  if (open < 1 || close < open) return null;
  const fields = text.slice(close + 2).split(' ');
  const [state = '', ppid, pgid, sid] = fields;
  const [threads, startedAt] = [Number(fields[17]), Number(fields[19])];
  if (!Number.isInteger(startedAt)) return null;
  return {
    pid: Number(text.slice(0, open)),
    ppid: Number(ppid),
    pgid: Number(pgid),
    sid: Number(sid),
    startedAt,
    // A process whose first thread ended while others run on reads Z as well.
    isZombie: (state === 'Z' || state === 'X') && threads <= 1,
  };
}

function pids(): number[] {
  try {
    return readdirSync('/proc').map(Number).filter(Number.isInteger);
  } catch (cause) {
    throw new ProcessTableError('/proc', cause);
  }
}

const rowOf = (pid: number): Stat | null => parseStat(readOrNull(`/proc/${pid}/stat`) ?? '');

/** Variables are separated and ended by NUL, so a whole one is found between two. */
function isMarked(pid: number, marker: string): boolean {
  const environment = readOrNull(`/proc/${pid}/environ`);
  return environment !== null && `\0${environment}`.includes(`\0${markerVariable}=${marker}\0`);
}

/** Null when the process is gone or not ours to look into. Bytes as latin1: nothing is lost or misread. */
function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'latin1');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes(code)) return null;
    throw new ProcessTableError(path, error);
  }
}
