/** One run of an administrator's program that knows of keys: what it is asked goes to its standard input, never among its arguments. */
import { execa } from 'execa';
import { limits } from '#shared/limits.ts';
import { SecretsError } from './errors.ts';

/** What of our environment such a program gets. */
export type KeySurroundings = Record<string, string | undefined>;

/**
 * What it printed when it has ended well, within the deadline. Its process group is ended with it. Throws
 * `secret-key-unavailable`; what it printed is no part of that, for it may be a key.
 */
export async function runKeyCommand(
  [program = '', ...args]: readonly string[],
  input: string,
  surroundings: KeySurroundings,
  deadlineMs: number = limits.keyCommandMs,
): Promise<string> {
  const env = Object.fromEntries(
    Object.entries(surroundings).filter((pair): pair is [string, string] => pair[1] !== undefined),
  );
  const child = execa(program, args, {
    ...{ input, env, extendEnv: false, reject: false, detached: true, cleanup: false },
    ...{ maxBuffer: limits.keyCommandBytes, stripFinalNewline: false },
  });
  const end = (signal: NodeJS.Signals) => endGroup(child.pid, signal);
  const timers = [
    setTimeout(() => end('SIGTERM'), deadlineMs),
    setTimeout(() => end('SIGKILL'), deadlineMs + limits.keyCommandKillMs),
  ];
  const startedAt = performance.now();
  const { code, exitCode, signal, stdout, stderr, isMaxBuffer } = await child;
  for (const timer of timers) clearTimeout(timer);
  end('SIGKILL');
  const fail = (why: string) =>
    new SecretsError('secret-key-unavailable', `the key command ${program} ${why}`);
  if (isMaxBuffer) throw fail(`printed more than ${limits.keyCommandBytes} bytes`);
  if (performance.now() - startedAt >= deadlineMs)
    throw fail(`did not answer within ${deadlineMs / 1_000} s`);
  if (exitCode === 0) return stdout;
  if (exitCode === undefined && signal === undefined) throw fail(`cannot be run (${code})`);
  const said = stderr.trim().split('\n').slice(-3).join(' / ').slice(-limits.keyCommandReasonChars);
  throw fail(`ended with ${exitCode ?? signal}${said && `: ${said}`}`);
}

/** Whatever it has left running. */
function endGroup(leader: number | undefined, signal: NodeJS.Signals): void {
  if (leader === undefined) return;
  try {
    process.kill(-leader, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
