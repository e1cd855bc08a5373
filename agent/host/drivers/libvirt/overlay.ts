import { execa } from 'execa';
import { limits } from '#shared/limits.ts';
import { DriverError, messageOf } from '../../errors.ts';

export type Overlay = {
  /** The disk of the image; it is read, never written. */
  base: string;
  format: 'qcow2' | 'raw';
  path: string;
  /** Null: as large as the base. */
  sizeMiB: number | null;
  /** `PATH` of the programs. */
  searchPath: string;
};

/** A disk that holds what differs from its base: milliseconds and some 200 KiB, whatever the size of the base. */
export async function makeOverlay(overlay: Overlay, signal: AbortSignal): Promise<void> {
  const { base, format, path, sizeMiB, searchPath } = overlay;
  const size = sizeMiB === null ? [] : [`${sizeMiB}M`];
  try {
    await execa('qemu-img', ['create', '-q', '-f', 'qcow2', '-F', format, '-b', base, path, ...size], {
      env: { PATH: searchPath, LC_ALL: 'C' },
      extendEnv: false,
      stdin: 'ignore',
      cancelSignal: signal,
      forceKillAfterDelay: limits.virshKillMs,
    });
  } catch (cause) {
    signal.throwIfAborted();
    const { stderr } = cause as { stderr?: unknown };
    throw new DriverError(
      'disk',
      `its disk cannot be made: ${String(stderr ?? '').trim() || messageOf(cause)}`,
      {
        isTransient: true,
        cause,
      },
    );
  }
}
