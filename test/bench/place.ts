/** Where a benchmark works: the databases on the disk of the temporary directory, what machines write on another one. */
import { mkdtempSync, rmSync, statfsSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type Place = {
  /** Databases, mirrors, logs. */
  data: string;
  /** Checkouts of machines and workers. */
  work: string;
  /** "/dev/shm (tmpfs)", or why it is the same file system. */
  workIs: string;
  remove(): Promise<void>;
};

/** File systems in memory, by their magic number: statfs(2). */
const tmpfs = 0x01021994;
const roomBytes = 512 * 1024 * 1024;

/**
 * Thousands of new files behind a journal that a database fsyncs all the time would measure that journal, not a CI: so
 * the two are kept apart, for everybody who is measured.
 */
export async function makePlace(): Promise<Place> {
  const data = await mkdtemp(join(tmpdir(), 'paddock-bench-'));
  const other = otherFileSystem(data);
  const work = other ? await mkdtemp(join(other, 'paddock-bench-')) : data;
  return {
    data,
    work,
    workIs: other ? `${other} (tmpfs)` : `${tmpdir()}: no other file system with room was found`,
    async remove() {
      for (const directory of new Set([data, work])) await rm(directory, { recursive: true, force: true });
    },
  };
}

function otherFileSystem(data: string): string | null {
  const { dev } = statSync(data);
  return ['/dev/shm', '/run/shm'].find(candidate => isOther(candidate, dev)) ?? null;
}

function isOther(candidate: string, dev: number): boolean {
  try {
    const { type, bavail, bsize } = statfsSync(candidate);
    rmSync(mkdtempSync(join(candidate, 'paddock-bench-')), { recursive: true });
    return type === tmpfs && bavail * bsize > roomBytes && statSync(candidate).dev !== dev;
  } catch {
    return false; // not there, or not ours to write
  }
}
