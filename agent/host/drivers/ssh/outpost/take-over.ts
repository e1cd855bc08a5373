import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import * as z from 'zod';
import { type HostId, hostId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import type { ProcessTable } from '../../../../process-tree/process-table.ts';
import { DriverError } from '../../../errors.ts';
import { lookAtProcesses } from '../../../process-identity.ts';
import { writeAtomically } from '../../../write-atomically.ts';

const holder = z.object({ pid: z.number().int().positive(), startedAt: z.number(), owner: hostId });

/**
 * Makes this process the one that works here. An outpost whose connection was lost may not have noticed yet, and be in the
 * middle of a creation: it is ended first, so that what it leaves is certain. One of another host is not touched; throws then.
 */
export async function takeOver(file: string, owner: HostId, table: ProcessTable): Promise<void> {
  const before = await readHolder(file);
  const isRunning = async () => before !== null && (await lookAtProcesses(table))(before);
  if (before && (await isRunning())) {
    if (before.owner !== owner)
      throw new DriverError(
        'outpost-foreign',
        `${before.owner} has machines there; a computer belongs to one host`,
        {
          isTransient: true,
        },
      );
    end(before.pid);
    for (const since = performance.now(); await isRunning(); await pause(20))
      if (performance.now() - since > limits.killSettleMs)
        throw new DriverError(
          'outpost-survives',
          `the process ${before.pid} of an earlier connection cannot be killed`,
          {
            isTransient: true,
          },
        );
  }
  const mine = { pid: process.pid, startedAt: table.startOf(process.pid), owner };
  await writeAtomically(file, JSON.stringify(mine));
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

async function readHolder(file: string): Promise<z.infer<typeof holder> | null> {
  const text = await readFile(file, 'utf8').catch(() => null);
  try {
    return text === null ? null : holder.parse(JSON.parse(text));
  } catch {
    return null; // of another version: it holds nothing that we could end
  }
}
