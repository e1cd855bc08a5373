import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { CliError } from './errors.ts';
import { texts } from './texts.ts';

const outputBytes = 64 * 1024 * 1024;

/**
 * What git prints, with the configuration of whoever asks, without ever asking back. @throws CliError `git-missing`, and
 * `git-failed` in git's own words
 */
export async function runGit(args: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  const quiet = { LC_ALL: 'C', GIT_OPTIONAL_LOCKS: '0', GIT_TERMINAL_PROMPT: '0' };
  const ssh = env.GIT_SSH_COMMAND ? {} : { GIT_SSH_COMMAND: 'ssh -o BatchMode=yes' };
  try {
    const { stdout } = await promisify(execFile)('git', args, {
      env: { ...env, ...quiet, ...ssh },
      maxBuffer: outputBytes,
    });
    return stdout;
  } catch (cause) {
    throw failureOf(cause);
  }
}

function failureOf(cause: unknown): CliError {
  const { code, stderr = '' } = cause as { code?: unknown; stderr?: string };
  if (code === 'ENOENT') return new CliError('git-missing', texts.noGit, texts.hints.doctor, { cause });
  const words = stderr.trim().split('\n').filter(Boolean);
  const complaint = words.find(line => /^(?:fatal|error): /.test(line)) ?? words.at(-1) ?? String(cause);
  return new CliError('git-failed', complaint.replace(/^(?:fatal|error): /, ''), null, { cause });
}
