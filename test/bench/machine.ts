/** What the figures depend on and nobody sees in them: the disk, the processors, and who else uses them. */
import { spawnSync } from 'node:child_process';
import { closeSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { median, now } from './figures.ts';
import type { Place } from './place.ts';

const writes = 200;
const spawns = 50;
const block = Buffer.alloc(4_096, 'x');

/** Appending 4 KiB and bringing it to the disk, in ms: the median of 200, on the databases' file system. */
export function fsyncMs({ data }: Place): number {
  const file = join(data, 'fsync-probe');
  const fd = openSync(file, 'w');
  try {
    return median(Array.from({ length: writes }, () => appended(fd)));
  } finally {
    closeSync(fd);
    rmSync(file);
  }
}

function appended(fd: number): number {
  writeSync(fd, block);
  const startedAt = now();
  fsyncSync(fd);
  return now() - startedAt;
}

/** How long Node takes to start a process that does nothing and to see its end, in ms: half of a dispatch is that. */
function spawnMs(): number {
  return median(
    Array.from({ length: spawns }, () => {
      const startedAt = now();
      spawnSync('/bin/true', { stdio: 'ignore' });
      return now() - startedAt;
    }),
  );
}

/** The load of the last minute, this benchmark included. */
export const load = (): number => loadavg()[0] ?? Number.NaN;

export const describeMachine = (place: Place): string => {
  const [cpu] = cpus();
  const memory = `${Math.round(totalmem() / 1024 ** 3)} GiB`;
  return [
    `${cpus().length} × ${cpu?.model ?? 'unknown processor'}, ${memory}, Linux ${release()}, Node ${process.versions.node}`,
    `fsync p50 ${fsyncMs(place).toFixed(2)} ms, a process started and ended in ${spawnMs().toFixed(1)} ms, load ${load().toFixed(1)}`,
    `machines and workers write to ${place.workIs}`,
  ].join('; ');
};
