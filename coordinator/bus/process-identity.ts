import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { codeOf } from './errors.ts';

const run = promisify(execFile);

/** A process as the system sees it. `startedAt` tells it from a later one with the same id; compare it for equality only. */
export type ProcessIdentity = { pid: number; startedAt: string; command: string };

/** The living process with this id, or null. One that has ended and waits for its parent counts as gone. */
export function inspectProcess(pid: number): Promise<ProcessIdentity | null> {
  return existsSync('/proc/self/stat') ? inspectByProc(pid) : inspectByPs(pid);
}

/** proc(5): after the name in parentheses, field 3 is the state and field 22 the start in ticks since boot. */
async function inspectByProc(pid: number): Promise<ProcessIdentity | null> {
  try {
    const [stat, args, boot] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'utf8'),
      readFile(`/proc/${pid}/cmdline`, 'utf8'),
      readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
    ]);
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return null;
    const command = args.split('\0').join(' ').trim();
    return { pid, startedAt: `${boot.trim()}/${fields[19]}`, command };
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes(codeOf(error))) return null;
    throw error;
  }
}

/** The same where there is no procfs (macOS, the BSDs). */
export async function inspectByPs(pid: number): Promise<ProcessIdentity | null> {
  const args = ['-ww', '-o', 'state=', '-o', 'lstart=', '-o', 'command=', '-p', String(pid)];
  try {
    const { stdout } = await run('/bin/ps', args, { env: { LC_ALL: 'C' } });
    const [, state = '', startedAt = '', command = ''] = /^\s*(\S+)\s+(.{24})\s+(.*)$/m.exec(stdout) ?? [];
    return startedAt === '' || state.startsWith('Z') ? null : { pid, startedAt, command };
  } catch (error) {
    // ps ends with 1 when there is no such process.
    if (codeOf(error) === '1') return null;
    throw error;
  }
}
