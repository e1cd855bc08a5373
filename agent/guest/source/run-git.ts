import { spawn } from 'node:child_process';

export type GitRun = {
  args: readonly string[];
  directory: string;
  env: Readonly<Record<string, string>>;
  /** Settings for this one call; they travel in the environment, for some are secrets (git ≥ 2.31 reads them). */
  config: ReadonlyArray<readonly [key: string, value: string]>;
  signal: AbortSignal;
};

/** `said` is what git printed on stdout, or its complaint when it failed. */
export type GitEnd = { isSuccess: boolean; said: string };

const saidChars = 16 * 1024;

/**
 * Runs git in a process group of its own and waits for its end; an abort kills the group, so that a transport helper
 * goes too. Throws the signal's reason when aborted; a git that cannot be started is an end without success.
 */
export async function runGit({ args, directory, env, config, signal }: GitRun): Promise<GitEnd> {
  signal.throwIfAborted();
  const child = spawn('git', args, {
    cwd: directory,
    env: { ...env, ...alone, ...configEnvironment(config) },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => {
      said[name] = (said[name] + text).slice(-saidChars);
    });
  const kill = () => killGroup(child.pid);
  signal.addEventListener('abort', kill, { once: true });
  const end = await new Promise<GitEnd>(resolve => {
    child.once('error', error => resolve({ isSuccess: false, said: error.message }));
    child.once('close', code =>
      resolve({ isSuccess: code === 0, said: code === 0 ? said.stdout : said.stderr }),
    );
  });
  signal.removeEventListener('abort', kill);
  signal.throwIfAborted();
  return end;
}

/** Nothing of the machine's own git set-up, no question, no translation. */
const alone = {
  GIT_TERMINAL_PROMPT: '0',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  LC_ALL: 'C',
} as const;

function configEnvironment(config: GitRun['config']): Record<string, string> {
  const entries = config.flatMap(([key, value], index) => [
    [`GIT_CONFIG_KEY_${index}`, key],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ]);
  return { GIT_CONFIG_COUNT: String(config.length), ...Object.fromEntries(entries) };
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has just ended by itself.
  }
}
