import { constants, copyFile } from 'node:fs/promises';
import { execa } from 'execa';
import { limits } from '#shared/limits.ts';
import { DriverError, messageOf } from '../../errors.ts';
import type { Blueprint } from './blueprint.ts';

/** A disk that holds what differs from its base: milliseconds and some 200 KiB, whatever the size of the base. */
export async function makeOverlay(
  path: string,
  { base, diskMiB }: Pick<Blueprint, 'base' | 'diskMiB'>,
  searchPath: string,
  signal: AbortSignal,
): Promise<void> {
  const size = diskMiB === null ? [] : [`${diskMiB}M`];
  try {
    await execa(
      'qemu-img',
      ['create', '-q', '-f', 'qcow2', '-F', base.format, '-b', base.path, path, ...size],
      {
        env: { PATH: searchPath, LC_ALL: 'C' },
        extendEnv: false,
        stdin: 'ignore',
        cancelSignal: signal,
        forceKillAfterDelay: limits.virshKillMs,
      },
    );
  } catch (cause) {
    signal.throwIfAborted();
    const { stderr } = cause as { stderr?: unknown };
    throw diskFailed(String(stderr ?? '').trim() || messageOf(cause), cause);
  }
}

/** The disk of a clone, memory of its snapshot included: some 100 MB, shared with it where the file system can. */
export async function cloneDisk(path: string, snapshot: string): Promise<void> {
  try {
    await copyFile(snapshot, path, constants.COPYFILE_FICLONE);
  } catch (cause) {
    throw diskFailed(messageOf(cause), cause);
  }
}

const diskFailed = (why: string, cause: unknown): DriverError =>
  new DriverError('disk', `its disk cannot be made: ${why}`, { isTransient: true, cause });
