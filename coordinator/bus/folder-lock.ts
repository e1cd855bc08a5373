/**
 * One coordinator per data directory, because two would fight over one nats-server. The lock is a file that names its
 * holder by process id and start time, so that one left behind by a killed coordinator is no obstacle and a process id
 * that was used again is no excuse.
 */
import { randomUUID } from 'node:crypto';
import { link, rename, rm } from 'node:fs/promises';
import * as z from 'zod';
import { BusError, codeOf } from './errors.ts';
import { createPrivateFile, readIfThere } from './private-file.ts';
import { inspectProcess } from './process-identity.ts';

const holder = z.object({ pid: z.number().int().positive(), startedAt: z.string() });

async function isHeld(text: string): Promise<z.infer<typeof holder> | null> {
  const read = holder.safeParse(parseJson(text));
  if (!read.success) return null;
  const seen = await inspectProcess(read.data.pid);
  return seen?.startedAt === read.data.startedAt ? read.data : null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/**
 * Takes the lock file at `path` and gives the function that releases it. Throws `in-use` when a living process holds it,
 * this very process included, and `not-writable`.
 */
export async function lockFolder(path: string): Promise<() => Promise<void>> {
  const self = await inspectProcess(process.pid);
  const text = JSON.stringify({ pid: process.pid, startedAt: self?.startedAt ?? '' });
  while (!(await createPrivateFile(path, text))) {
    const there = await readIfThere(path);
    if (there === null) continue;
    const other = await isHeld(there);
    if (other)
      throw new BusError(
        'in-use',
        `another coordinator (process ${other.pid}) uses this data directory (${path}); stop it, or use another directory`,
      );
    await removeStale(path, there);
  }
  return () => rm(path, { force: true });
}

/** The living process that holds the lock file at `path`, or null. */
export async function lockHolder(path: string): Promise<number | null> {
  const there = await readIfThere(path);
  return there === null ? null : ((await isHeld(there))?.pid ?? null);
}

/** Moves the stale file away first: of two starts only one does, and a lock taken in between is put back. */
async function removeStale(path: string, stale: string): Promise<void> {
  const aside = `${path}.${randomUUID()}.stale`;
  try {
    await rename(path, aside);
    if ((await readIfThere(aside)) !== stale) await link(aside, path);
  } catch (error) {
    // Somebody else was faster, at the one or the other: look again.
    if (!['ENOENT', 'EEXIST'].includes(codeOf(error))) throw error;
  } finally {
    await rm(aside, { force: true });
  }
}
