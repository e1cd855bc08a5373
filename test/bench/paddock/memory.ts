import { readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { until } from '#test/support/until.ts';
import type { Place } from '../place.ts';
import { type BenchFleet, withBenchFleet } from './bench-fleet.ts';
import { fillMirror, suiteOf } from './dispatch.ts';
import { logCommands, writeLog } from './log.ts';

export const parts = ['coordinator', 'guest', 'host', 'nats-server'] as const;
export type Part = (typeof parts)[number];
export type Memory = Record<Part, number>;

/** Of a line of /proc/<pid>/status, in MiB: proc_pid_status(5). */
export function memoryOf(pid: number, line: 'VmRSS' | 'VmHWM'): number {
  const text = readFileSync(`/proc/${pid}/status`, 'latin1');
  return Number(new RegExp(`^${line}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1]) / 1_024;
}

/** A coordinator that has been left alone for so long has done what there was to do at its start. */
const restMs = 3_000;
const jobs = 200;

/** `idle`: resident a moment after the start, one static machine connected; `busy`: the most of 200 jobs and a 16 MB log. */
export async function memory(
  place: Place,
  env: Record<string, string> = {},
): Promise<{ idle: Memory; busy: Memory }> {
  return withBenchFleet(place, { max: 1, warm: 1, env }, async fleet => {
    await fleet.untilIdle(1);
    await pause(restMs);
    const pids = await pidsOf(fleet);
    const measure = (line: 'VmRSS' | 'VmHWM') =>
      Object.fromEntries(parts.map(part => [part, memoryOf(pids[part], line)])) as Memory;
    const idle = measure('VmRSS');
    await keepBusy(fleet, await writeLog(place));
    return { idle, busy: measure('VmHWM') };
  });
}

async function keepBusy(fleet: BenchFleet, log: string): Promise<void> {
  const quick = suiteOf({ source: 'none' }, 'true');
  const commits = await fleet.commit([
    ...Array.from({ length: jobs }, (_, n) => ({ '.paddock.yml': quick, 'n.txt': `${n}\n` })),
    { '.paddock.yml': suiteOf({ source: 'none' }, logCommands(log).line) },
  ]);
  await fillMirror(fleet, quick, commits);
  for (const commit of commits) await fleet.push(commit);
  await fleet.untilSettled(commits.length + 1);
}

async function pidsOf({ dataDir, coordinator }: BenchFleet): Promise<Record<Part, number>> {
  const host = join(dataDir, 'hosts/local');
  const json = async (...place: string[]) => JSON.parse(await readFile(join(...place), 'utf8'));
  const machine = await until('there is a machine', async () => {
    return (await readdir(join(host, 'machines'))).find(name => !name.startsWith('new-'));
  });
  return {
    coordinator: coordinator.pid,
    host: (await json(host, 'lock')).pid,
    guest: (await json(host, 'machines', machine, 'machine.json')).guest.pid,
    'nats-server': Number(await readFile(join(dataDir, 'nats/server.pid'), 'utf8')),
  };
}
