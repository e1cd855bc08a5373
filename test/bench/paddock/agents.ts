/** 5,000 idle agents; what is measured are the coordinator and its nats-server. */
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startCrowd } from '#test/support/crowd.ts';
import type { Place } from '../place.ts';
import { type BenchFleet, withBenchFleet } from './bench-fleet.ts';
import { memoryOf } from './memory.ts';

const agents = 5_000;
const images = Array.from({ length: 5 }, (_, n) => `here-${n}`);
const bootMs = 240_000;
const restMs = 12_000;

export type Agents = {
  /** MiB resident. */
  coordinator: number;
  'nats-server': number;
  /** Share of one processor that each takes while all agents renew. */
  cpu: { coordinator: number; 'nats-server': number };
};

export async function agents5000(place: Place): Promise<Agents> {
  const warm = agents / images.length;
  return withBenchFleet(place, { images, max: warm, warm, isLocalHostOn: false }, async fleet => {
    const stopping = new AbortController();
    const crowd = startCrowd(fleet, stopping.signal);
    try {
      await Promise.race([fleet.untilIdle(agents, bootMs), crowd.failed]);
      return await measure(fleet);
    } finally {
      stopping.abort();
      await crowd.gone();
    }
  });
}

async function measure({ coordinator, dataDir }: BenchFleet): Promise<Agents> {
  const nats = Number(await readFile(join(dataDir, 'nats/server.pid'), 'utf8'));
  const before = [cpuSeconds(coordinator.pid), cpuSeconds(nats)] as const;
  await pause(restMs);
  const shareOf = (pid: number, index: 0 | 1) => ((cpuSeconds(pid) - before[index]) * 1_000) / restMs;
  return {
    coordinator: memoryOf(coordinator.pid, 'VmRSS'),
    'nats-server': memoryOf(nats, 'VmRSS'),
    cpu: { coordinator: shareOf(coordinator.pid, 0), 'nats-server': shareOf(nats, 1) },
  };
}

/** User and system time, of hundredths of a second: proc_pid_stat(5). */
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
