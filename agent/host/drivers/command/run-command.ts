/**
 * One run of an administrator's executable: JSON on its standard input, its standard output as the answer. It leads a process
 * group of its own, which is ended as a whole when the call is aborted: a shell script would leave its children at work.
 */
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { execa } from 'execa';
import { limits } from '#shared/limits.ts';
import { DriverError } from '../../errors.ts';

export type CommandName = 'create' | 'destroy' | 'list' | 'console';

/** What of the host agent's environment a command gets. Nothing else: it may hold secrets. */
export type CommandSurroundings = { path: string; home: string; lang: string };

export type CommandRun = {
  /** Of the commands; a command runs in it. */
  directory: string;
  name: CommandName;
  request: object;
  surroundings: CommandSurroundings;
  signal: AbortSignal;
};

/** From sysexits.h: a temporary failure, the caller is invited to try again. */
const temporaryFailure = 75;

/** Errors of starting a process that pass by themselves; a text file is busy while somebody is writing it. */
const passing = ['EAGAIN', 'ENOMEM', 'EMFILE', 'ENFILE', 'ETXTBSY'];

/** Resolves with what the command printed when it has ended well. Throws `DriverError`, or the signal's reason. */
export async function runCommand(run: CommandRun): Promise<Buffer> {
  const { directory, name, request, surroundings, signal } = run;
  signal.throwIfAborted();
  const { path: PATH, home: HOME, lang: LANG } = surroundings;
  const child = execa(join(directory, name), [], {
    ...{ cwd: directory, env: { PATH, HOME, LANG }, extendEnv: false },
    ...{ detached: true, cleanup: false, buffer: false, reject: false, encoding: 'buffer' },
    input: JSON.stringify(request),
  });
  const stopped = new AbortController();
  const group = groupOf(child.pid);
  const stop = () => group.end();
  AbortSignal.any([signal, stopped.signal]).addEventListener('abort', stop, { once: true });
  const tooMuch = () => stopped.abort();
  const answer = gather(child.stdout, limits.commandOutputBytes, tooMuch);
  const complaint = gatherEnd(child.stderr);
  child.nodeChildProcess.once('exit', () => {
    if (signal.aborted || stopped.signal.aborted) group.kill();
    letGo([child.stdout, child.stderr]);
  });
  const { code, exitCode, signal: endedBy } = (await child) as Ending;
  group.forget();
  signal.throwIfAborted();
  if (stopped.signal.aborted) throw printedTooMuch(name);
  if (code !== undefined && exitCode === undefined && endedBy === undefined) throw notStarted(run, code);
  if (exitCode === 0) return answer();
  throw failed(name, exitCode ?? endedBy ?? 'unknown', complaint());
}

type Ending = { code?: string; exitCode?: number; signal?: string };

type Group = { end(): void; kill(): void; forget(): void };

/** The processes of a command. Right after the end of their leader its number is not given away again. */
function groupOf(leader: number | undefined): Group {
  let timer: NodeJS.Timeout | undefined;
  const send = (name: NodeJS.Signals) => {
    if (leader === undefined) return;
    try {
      process.kill(-leader, name);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  };
  return {
    end: () => {
      send('SIGTERM');
      timer = setTimeout(() => send('SIGKILL'), limits.commandKillMs);
    },
    kill: () => send('SIGKILL'),
    forget: () => clearTimeout(timer),
  };
}

function gather(stream: Readable, mostBytes: number, onMore: () => void): () => Buffer {
  const chunks: Buffer[] = [];
  let bytes = 0;
  stream.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > mostBytes) onMore();
    else chunks.push(chunk);
  });
  return () => Buffer.concat(chunks);
}

/** The last lines as one: people read them as the reason of a machine. */
function gatherEnd(stream: Readable): () => string {
  let end = Buffer.alloc(0);
  stream.on('data', (chunk: Buffer) => {
    end = Buffer.concat([end, chunk]).subarray(-4 * limits.commandReasonChars);
  });
  const words = () =>
    end
      .toString('utf8')
      .split('\n')
      .map(line => line.trim())
      .filter(line => line !== '')
      .slice(-3)
      .join(' / ');
  return () => words().slice(-limits.commandReasonChars);
}

/** What a command leaves running may hold its outputs open for as long as it likes: nobody waits for that. */
function letGo(streams: readonly Readable[]): void {
  const timer = setTimeout(() => {
    for (const stream of streams) stream.destroy();
  }, limits.commandDrainMs);
  Promise.all(streams.map(stream => new Promise(resolve => stream.once('close', resolve)))).then(() =>
    clearTimeout(timer),
  );
}

const printedTooMuch = (name: CommandName): DriverError =>
  new DriverError(
    'command-output',
    `\`${name}\` printed more than ${limits.commandOutputBytes} bytes and was ended`,
  );

const notStarted = ({ directory, name }: CommandRun, code: string): DriverError =>
  new DriverError(
    'command-not-started',
    `${join(directory, name)} cannot be run (${code}); it has to be a file that may be executed`,
    { isTransient: passing.includes(code) },
  );

const failed = (name: CommandName, how: number | string, said: string): DriverError =>
  new DriverError(
    'command-failed',
    `\`${name}\` ended with ${typeof how === 'number' ? `exit code ${how}` : how}${said === '' ? ' and said nothing on standard error' : `: ${said}`}`,
    { isTransient: how === temporaryFailure },
  );
