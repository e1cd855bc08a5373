/** `paddock` as a process of its own, as somebody types it. */
import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';

const bin = path.resolve(import.meta.dirname, '../../../../coordinator/cli/paddock.mjs');

export type Spawned = {
  child: ChildProcess;
  /** What it has printed so far. */
  stdout(): Buffer;
  stderr(): string;
  ended: Promise<{ code: number | null; stdout: Buffer; stderr: string }>;
};

/** `input`: what it reads from standard input, if anything. */
export function spawnPaddock(args: readonly string[], env: NodeJS.ProcessEnv, input = ''): Spawned {
  const child = spawn(process.execPath, [bin, ...args], { env, stdio: ['pipe', 'pipe', 'pipe'] });
  // One that has ended does not read it.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on('data', chunk => out.push(chunk));
  child.stderr.on('data', chunk => err.push(chunk));
  const stdout = () => Buffer.concat(out);
  const stderr = () => Buffer.concat(err).toString();
  const ended = new Promise<Awaited<Spawned['ended']>>(resolve =>
    child.once('close', code => resolve({ code, stdout: stdout(), stderr: stderr() })),
  );
  return { child, stdout, stderr, ended };
}
