import { statfsSync } from 'node:fs';
import type { Diagnostics } from './diagnostics.ts';
import { removeTree } from './remove-tree.ts';
import type { Workplace } from './workplace.ts';

/**
 * A suite that has filled the disk must not keep its own end from being stored, here or at a coordinator on the same disk:
 * when less than `spareBytes` are free, what nobody reads any more after the uploads goes at once. Never rejects.
 */
export async function makeRoom(
  { root, workspace, temporary }: Workplace,
  spareBytes: number,
  log: Diagnostics,
): Promise<void> {
  try {
    const { bavail, bsize } = statfsSync(root);
    if (bavail * bsize >= spareBytes) return;
    log('making-room', { free: bavail * bsize });
    for (const directory of [workspace, temporary]) await removeTree(directory);
  } catch (error) {
    log('making-room-failed', { message: String(error) });
  }
}
