import { SshFailed } from './errors.ts';
import { clearAttempts } from './far-directory.ts';
import type { FarShell } from './far-shell.ts';
import { killFarTree } from './kill-far-tree.ts';

/**
 * Nothing of the machine runs there afterwards, and nothing of an attempt is left below the directory. Throws `SshFailed`, or the
 * signal's reason.
 */
export async function clearComputer(
  shell: FarShell,
  marker: string,
  directory: string,
  signal: AbortSignal,
): Promise<void> {
  const notes = `${directory}/attempts`;
  const tree = { marker, notes, leader: null, isLeaderGone: false, spared: null };
  const survivors = await killFarTree(shell, () => tree, 0, signal);
  if (survivors.length > 0)
    throw new SshFailed(
      'processes-survive',
      `${shell.name}: processes of the machine cannot be killed (${survivors.join(', ')}): another user's, or stuck in the kernel`,
    );
  await clearAttempts(shell, directory, signal);
}
