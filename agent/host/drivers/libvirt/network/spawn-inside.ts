import { type ChildProcess, spawn } from 'node:child_process';

/**
 * Starts Node with a program of a few lines in the network namespace of a process. A socket belongs for ever to the namespace
 * in which it was made: what such a program hands to its parent, over the channel between them, works there.
 */
export function spawnInside(pid: number, program: string, words: readonly (string | number)[]): ChildProcess {
  const node = [process.execPath, '-e', program, ...words.map(String)];
  return spawn('nsenter', [...namespacesOf(pid), '--', ...node], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
}

/** Only root may enter the network of a process without being let into its user namespace. */
const namespacesOf = (pid: number): string[] =>
  process.getuid?.() === 0
    ? [`--net=/proc/${pid}/ns/net`]
    : [`--user=/proc/${pid}/ns/user`, '--preserve-credentials', `--net=/proc/${pid}/ns/net`];
