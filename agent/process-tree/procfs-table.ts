/** The process table of Linux: /proc/<pid>/stat and /proc/<pid>/environ, proc_pid_stat(5). */
import { closeSync, openSync, readdirSync, readSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { ProcessTableError } from './errors.ts';
import { markerVariable, type ProcessRow, type ProcessTable } from './process-table.ts';

/** Milliseconds that a loaded machine may need for an execve. */
const execTries = 50;

/** Numbers that are tried one by one before the directory is listed again. */
const triedPids = 1_000;

/** A machine on which somebody is always being born is looked at this often; the next round of killing looks again. */
const birthPasses = 100;

/** Whether /proc is mounted and tells about processes. */
export const readsProcfs = (): boolean => parseStat(readOrNull('/proc/self/stat') ?? '') !== null;

export function createProcfsTable(): ProcessTable {
  return {
    startOf: pid => rowOf(pid)?.startedAt ?? 0,
    read: readAll,
    isStill: row => rowOf(row.pid)?.startedAt === row.startedAt,
  };
}

/**
 * A process that forks and ends while the list is read would be missed twice: its child was not listed, it is gone. So
 * whoever was born meanwhile is looked at as well, until nobody was: one look at a few pids is faster than a fork.
 */
async function readAll(marker: string, since = 0, after: number | null = null): Promise<ProcessRow[]> {
  const rows = new Map<number, ProcessRow>();
  let newest = newestPid();
  let listed = after !== null && isYoung(since) ? pidsBetween(after - 1, newest) : pids();
  for (let pass = 0; pass < birthPasses && listed.length > 0; pass++) {
    for (const pid of listed) {
      const row = await markedRowOf(pid, marker, since);
      if (row === null) rows.delete(pid);
      else rows.set(pid, row);
    }
    const born = newestPid();
    listed = pidsBetween(newest, born);
    newest = born;
  }
  return [...rows.values()];
}

async function markedRowOf(pid: number, marker: string, since: number): Promise<ProcessRow | null> {
  const row = rowOf(pid);
  if (row === null || row.isZombie) return null;
  const mark = row.startedAt < since || row.isKernels ? 'none' : markOf(pid, marker);
  return { ...row, isMarked: mark === 'ours' || (mark === 'empty' && (await isMarkedLater(pid, marker))) };
}

/** The pid given out last, the fifth field of /proc/loadavg (proc_loadavg(5)). */
const newestPid = (): number => Number(readOrNull('/proc/loadavg')?.split(' ')[4] ?? 0);

/** Pids given out in between; all that exist when the numbers began anew or are too many to try. */
function pidsBetween(newest: number, born: number): number[] {
  const count = born - newest;
  if (count < 0 || count > triedPids) return pids();
  return Array.from({ length: count }, (_, i) => newest + 1 + i).filter(isProcess);
}

/** Clock ticks per second of user space, on every Linux: proc_pid_stat(5). */
const ticksPerSecond = 100;

/** All 32,768 numbers of a small system would take 130,000 forks a second. */
const youngSeconds = 0.25;

/**
 * Whether too little time has passed since for the numbers to have come round: then whoever was born since has a higher
 * one. Most steps are that short, and so a look at a few numbers takes the place of one at every process of the computer.
 */
function isYoung(startedAt: number): boolean {
  const uptime = Number(readOrNull('/proc/uptime')?.split(' ')[0]);
  return uptime - startedAt / ticksPerSecond < youngSeconds;
}

/** Threads have numbers too: /proc does not list them, but answers when it is asked for one. */
const isProcess = (pid: number): boolean =>
  Number(/^Tgid:\t(\d+)$/m.exec(readOrNull(`/proc/${pid}/status`) ?? '')?.[1]) === pid;

type Stat = Omit<ProcessRow, 'isMarked'> & { isZombie: boolean; isKernels: boolean; hasNoVariables: boolean };

/** A thread of the kernel, from include/linux/sched.h. */
const kernelThreadFlag = 0x200000;

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
    hasNoVariables: fields[47] === fields[48] && fields[48] !== '0',
    isKernels: (Number(fields[6]) & kernelThreadFlag) !== 0,
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
function markOf(pid: number, marker: string): 'ours' | 'none' | 'empty' {
  const environment = readOrNull(`/proc/${pid}/environ`);
  if (environment === '') return 'empty';
  const isOurs = `\0${environment ?? ''}`.includes(`\0${markerVariable}=${marker}\0`);
  return isOurs ? 'ours' : 'none';
}

/**
 * A process that is just being replaced by another program (execve) has no environment for a moment, and must not be
 * taken for a stranger. One that was started without variables has a place for them, of no length; because execve too
 * passes through that state, it counts only when it is seen a while after the first look.
 */
async function isMarkedLater(pid: number, marker: string): Promise<boolean> {
  for (let tries = 0; tries < execTries; tries++) {
    await pause(1);
    const mark = markOf(pid, marker);
    if (mark !== 'empty') return mark === 'ours';
    if (rowOf(pid)?.hasNoVariables !== false) return false;
  }
  return false;
}

/** Null when the process is gone or not ours to look into. Bytes as latin1: nothing is lost or misread. */
function readOrNull(path: string): string | null {
  try {
    return readSmall(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes(code)) return null;
    throw new ProcessTableError(path, error);
  }
}

/** Of everybody who reads, for nobody waits while it is in use. */
const scratch = Buffer.allocUnsafeSlow(64 * 1024);

/** These files do not tell their size, and `readFileSync` takes 64 KiB of fresh memory for each: 10 MiB for a look at all. */
function readSmall(path: string): string {
  const fd = openSync(path, 'r');
  try {
    let text = '';
    for (let bytes = -1; bytes !== 0; ) {
      bytes = readSync(fd, scratch);
      text += scratch.toString('latin1', 0, bytes);
    }
    return text;
  } finally {
    closeSync(fd);
  }
}
