import { setTimeout as pause } from 'node:timers/promises';
import { limits } from '#shared/limits.ts';
import { SshFailed } from './errors.ts';
import type { FarShell } from './far-shell.ts';
import { type FarTree, killProgram } from './kill-program.ts';

type Look = (how: 'look' | 'ask' | 'kill') => Promise<string[]>;

/**
 * Ends a tree there: TERM, the grace, then KILL. Returns the pids that could not be killed within `limits.killSettleMs`. Throws
 * `SshFailed` when the computer cannot be reached or does not tell who runs there, or the signal's reason. `tree` is
 * asked before each look.
 */
export async function killFarTree(
  shell: FarShell,
  tree: () => FarTree,
  graceMs: number,
  signal: AbortSignal,
): Promise<number[]> {
  const known = new Set<string>();
  const look: Look = async how => {
    const left = namesOf(shell.name, await shell.run(killProgram(how, tree(), known), signal));
    for (const name of left) known.add(name);
    return left;
  };
  if (graceMs > 0) {
    const until = performance.now() + graceMs;
    for (let left = await look('ask'); left.length > 0; left = await look('look')) {
      const restMs = until - performance.now();
      if (restMs <= 0) break;
      await pause(Math.min(limits.farLookMs, restMs), undefined, { signal });
    }
  }
  const until = performance.now() + limits.killSettleMs;
  for (;;) {
    const left = await look('kill');
    if (left.length === 0 || performance.now() >= until) return left.map(name => Number(name.split(':')[0]));
  }
}

function namesOf(name: string, answer: Awaited<ReturnType<FarShell['run']>>): string[] {
  const [word, ...names] = answer.said.at(-1)?.split(' ') ?? [];
  if (word === 'left') return names.filter(Boolean);
  throw new SshFailed(
    'far-processes',
    `${name}: who runs there cannot be read, so nothing was killed; it needs \`ps\` with -A -o pid,ppid,pgid, and awk (${answer.complaint || answer.output.slice(-200) || 'it said nothing'})`,
  );
}
