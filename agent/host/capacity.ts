import { statfs } from 'node:fs/promises';
import { availableParallelism, machine, platform, totalmem } from 'node:os';
import type { HostReport } from '#shared/host-messages.ts';

const MiB = 1024 * 1024;

/** What this computer has: CPUs and memory in total, disk as it is free where the state directory is. */
export async function readCapacity(statePath: string): Promise<HostReport['capacity']> {
  const { bavail, bsize } = await statfs(statePath);
  return {
    cpus: availableParallelism(),
    memoryMiB: Math.floor(totalmem() / MiB),
    diskMiB: Math.floor((bavail * bsize) / MiB),
    os: platform(),
    arch: machine(),
  };
}
