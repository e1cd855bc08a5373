/** Small file systems of their own for what the coordinator and the machines keep, so that they can be filled. */
import { execFile } from 'node:child_process';
import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { FleetPlace } from '#test/support/fleet/with-fleet.ts';

const run = promisify(execFile);
const MiB = 1024 * 1024;
const sizeMiB = 256;
const ballast = 'ballast';

export async function mountDisks({ dataDir, onClose }: FleetPlace): Promise<void> {
  for (const place of [dataDir, join(dataDir, 'hosts')]) {
    await mkdir(place, { recursive: true, mode: 0o700 });
    await run('mount', ['-t', 'tmpfs', '-o', `size=${sizeMiB}m,mode=0700`, 'tmpfs', place]);
    onClose(() => run('umount', ['--lazy', place]));
  }
}

/** Not a byte more fits; `empty` makes room again. */
export async function fillDisk(dataDir: string, disk: 'coordinator' | 'machines') {
  const file = join(dataDir, disk === 'machines' ? 'hosts' : '', ballast);
  await fill(file);
  return { empty: () => rm(file, { force: true }) };
}

async function fill(file: string): Promise<void> {
  const handle = await open(file, 'w');
  try {
    for (let bytes = MiB; bytes >= 1; bytes = Math.floor(bytes / 16))
      while (await fits(handle.write(Buffer.alloc(bytes)), bytes));
  } finally {
    await handle.close();
  }
}

async function fits(writing: Promise<{ bytesWritten: number }>, bytes: number): Promise<boolean> {
  try {
    return (await writing).bytesWritten === bytes;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return false;
    throw error;
  }
}
