import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { limits } from '#shared/limits.ts';
import { startDeadline } from '../ground/deadline.ts';
import { SourceError } from './errors.ts';
import { type GitSetting, gitEnvironment } from './git-environment.ts';
import { createSlots } from './slots.ts';

export type GitCall = {
  args: readonly string[];
  /** On top of the settings that every call has. */
  settings?: readonly GitSetting[];
  /** `GIT_PROTOCOL`, for a server process. */
  protocol?: string;
  /** Whoever writes a larger file is ended by the kernel: for what a stranger's server sends. */
  maxFileBytes?: number;
  /** What `run` gives it to read. */
  input?: string;
};

/** How a child ended; `complaint` is the end of what it wrote to stderr. */
export type GitEnd = { exitCode: number | null; complaint: string };

/** A running git in a process group of its own. Whoever starts one awaits `ended`, which never rejects. */
export type GitChild = {
  stdin: Writable;
  stdout: Readable;
  ended: Promise<GitEnd>;
  /** TERM to the whole group, KILL after the grace; harmless when it is over. */
  stop(): void;
};

export type Git = {
  /** Starts at once and outside the count of `run`: for children that live long and have a count of their own. */
  start(call: GitCall): GitChild;
  /**
   * Runs git to its end, at most `limits.gitProcesses` at once. Output beyond `limits.gitTreeBytes`, the deadline and an
   * abort stop it; the latter two throw the signal's reason or a `timed-out` `SourceError`.
   */
  run(repository: string, call: GitCall, signal: AbortSignal): Promise<GitEnd & { output: Buffer }>;
};

const complaintChars = 8_192;

export function createGit(
  environment: Readonly<Record<string, string | undefined>>,
  settings: readonly GitSetting[],
): Git {
  const slots = createSlots(limits.gitProcesses);

  const start = (call: GitCall): GitChild => {
    const env = gitEnvironment(environment, [...settings, ...(call.settings ?? [])]);
    if (call.protocol !== undefined) env.GIT_PROTOCOL = call.protocol;
    // Detached: a group of its own to kill, and no terminal on which anything could ask.
    const [program, args] = commandOf(call);
    return watch(spawn(program, args, { env, detached: true, stdio: ['pipe', 'pipe', 'pipe'] }));
  };

  const run: Git['run'] = async (repository, call, signal) => {
    const giveBack = await slots.take(signal);
    try {
      return await runToEnd(repository, start(call), signal, call.args[1] ?? 'git', call.input);
    } finally {
      giveBack();
    }
  };

  return { start, run };
}

/** A bound of the kernel's is set by whoever becomes git; nothing of the arguments is read by the shell. Its unit is 512 bytes. */
function commandOf({ args, maxFileBytes }: GitCall): [program: string, args: readonly string[]] {
  if (maxFileBytes === undefined) return ['git', args];
  const bounded = 'ulimit -f "$1" && shift && exec git "$@"';
  return ['sh', ['-c', bounded, 'sh', String(Math.floor(maxFileBytes / 512)), ...args]];
}

async function runToEnd(repository: string, child: GitChild, signal: AbortSignal, what: string, input = '') {
  using deadline = startDeadline(limits.gitDeadlineMs);
  const stop = AbortSignal.any([signal, deadline.signal]);
  stop.addEventListener('abort', child.stop, { once: true });
  if (stop.aborted) child.stop();
  child.stdin.end(input);
  const output = await collect(child, limits.gitTreeBytes);
  const end = await child.ended;
  stop.removeEventListener('abort', child.stop);
  signal.throwIfAborted();
  if (!deadline.signal.aborted) return { ...end, output };
  const minutes = limits.gitDeadlineMs / 60_000;
  throw new SourceError('timed-out', `\`git ${what}\` for ${repository} did not end in ${minutes} minutes`, {
    repository,
  });
}

/** All of stdout; a child that says more than `maxBytes` is stopped, and its exit shows it. */
async function collect(child: GitChild, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of child.stdout) {
    bytes += chunk.length;
    if (bytes <= maxBytes) chunks.push(chunk);
    else child.stop();
  }
  return Buffer.concat(chunks);
}

function watch(child: ChildProcessByStdio<Writable, Readable, Readable>): GitChild {
  let complaint = '';
  let isOver = false;
  let kill: NodeJS.Timeout | null = null;
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-complaintChars);
  });
  // A child that ends before it has read everything: how it ended says why.
  child.stdin.on('error', () => {});
  const ended = new Promise<GitEnd>(resolve => {
    child.once('error', error => resolve({ exitCode: null, complaint: `fatal: ${error.message}` }));
    child.once('close', exitCode => resolve({ exitCode, complaint }));
  }).finally(() => {
    isOver = true;
    if (kill) clearTimeout(kill);
  });
  const stop = () => {
    if (isOver || kill) return;
    signalGroup(child.pid, 'SIGTERM');
    kill = setTimeout(() => signalGroup(child.pid, 'SIGKILL'), limits.killGraceMs);
  };
  return { stdin: child.stdin, stdout: child.stdout, ended, stop };
}

function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    // The group is gone: that is what was wanted.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
