/**
 * The wall clock of one process, set by libfaketime; its monotonic clock stays what it is, as when an admin sets the time.
 * Only the coordinator has it: it hands no such variable on to hosts and guests.
 */
import { globSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** libfaketime of Debian's package `faketime`; null where it is not installed. */
export const findFakeTime = (): string | null =>
  globSync('/usr/lib/*/faketime/libfaketimeMT.so.1')[0] ?? null;

const fileIn = (directory: string) => join(directory, 'clock');

export function clockEnvironment(library: string, directory: string): Record<string, string> {
  setClock(directory, 0);
  return {
    LD_PRELOAD: library,
    FAKETIME_TIMESTAMP_FILE: fileIn(directory),
    FAKETIME_CACHE_DURATION: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
    FAKETIME_DONT_RESET: '1',
    NO_FAKE_STAT: '1',
  };
}

/** From now on the clock is so far ahead (negative: behind) of the true one; noticed within a second. */
export const setClock = (directory: string, seconds: number): void =>
  writeFileSync(fileIn(directory), `${seconds < 0 ? '-' : '+'}${Math.abs(seconds)}\n`);

/** What libfaketime leaves in shared memory of a process that was killed. */
export function forgetClock(pid: number | undefined): void {
  for (const name of [`faketime_shm_${pid}`, `sem.faketime_sem_${pid}`])
    rmSync(join('/dev/shm', name), { force: true });
}
