/**
 * Programs for the POSIX shell of another computer. A program comes on standard input, so that nothing of it, no secret of an
 * environment above all, is in a command line. What a login prints of its own accord comes before a word that nobody else
 * knows; what the program has to say to us, and not to the log, is behind that word on standard error.
 */
import { randomBytes } from 'node:crypto';
import type { Readable } from 'node:stream';
import { limits } from '#shared/limits.ts';
import { SshFailed } from './errors.ts';
import type { FarExit, FarProcess, Link } from './link.ts';
import { quote } from './quote.ts';
import { unlessAborted } from './unless-aborted.ts';

export type FarRun = Pick<FarProcess, 'exited' | 'closed' | 'close'> & {
  /** Whether the program has begun, as far as what it prints tells. */
  isHeard(): boolean;
  /** Whatever else was complained of on standard error, the end of it. */
  complaint(): string;
};

export type Listeners = {
  onOutput(bytes: Uint8Array): void;
  /** A line of `say`. */
  onSaid?(line: string): void;
};

export type Answer = FarExit & { output: string; said: string[]; complaint: string };

export type FarShell = {
  readonly name: string;
  /**
   * Starts a program, in an environment with nothing but the PATH of the login unless `withLogin`. It knows `say`. Throws
   * `SshFailed`, or the signal's reason.
   */
  start(program: string, listeners: Listeners, signal: AbortSignal, withLogin?: boolean): Promise<FarRun>;
  /** Runs one to its end. Throws also when that cannot be learned, or it answers more than `limits.farAnswerBytes`. */
  run(program: string, signal: AbortSignal, withLogin?: boolean): Promise<Answer>;
  /** Runs one that reads standard input. It is in a command line: no secrets. Throws as `run` does. */
  feed(
    program: string,
    input: (into: NodeJS.WritableStream) => Promise<void>,
    signal: AbortSignal,
  ): Promise<Answer>;
};

/** `shell`: the path of a POSIX shell there. */
export function farShell(link: Link, shell: string): FarShell {
  const onStdin = `${shell} -c 'eval "$(cat)"'`;

  const start: FarShell['start'] = async (program, listeners, signal, withLogin = false) => {
    const word = `paddock-${randomBytes(12).toString('hex')}`;
    const command = withLogin ? `exec ${onStdin}` : `exec env -i PATH="$PATH" ${onStdin}`;
    const process = await link.start(command, signal);
    const isHeard = hearOutput(process.stdout, word, listeners.onOutput);
    const complaint = hearSaid(process.stderr, word, listeners.onSaid ?? (() => {}));
    process.stdin.end(`echo ${word}\nsay() { echo "${word} $*" >&2; }\n${program}\n`);
    return { exited: process.exited, closed: process.closed, close: process.close, complaint, isHeard };
  };

  return {
    name: link.name,
    start,
    async run(program, signal, withLogin) {
      const [output, said]: [Uint8Array[], string[]] = [[], []];
      let bytes = 0;
      const onOutput = (chunk: Uint8Array) => {
        bytes += chunk.length;
        if (bytes <= limits.farAnswerBytes) output.push(chunk);
      };
      const far = await start(program, { onOutput, onSaid: line => said.push(line) }, signal, withLogin);
      const exit = await ended(link.name, far, signal);
      if (!far.isHeard())
        throw new SshFailed(
          'far-shell',
          `${link.name}: ${shell} there does not read a program from its input: ${far.complaint() || 'it said nothing'}`,
        );
      if (bytes > limits.farAnswerBytes)
        throw new SshFailed(
          'far-answer',
          `${link.name}: it answered with more than ${limits.farAnswerBytes} bytes`,
        );
      return { ...exit, output: Buffer.concat(output).toString(), said, complaint: far.complaint() };
    },
    async feed(program, input, signal) {
      const command = `exec env -i PATH="$PATH" ${shell} -c ${quote(program)}`;
      const process = await link.start(command, signal);
      process.stdout.resume();
      const complaint = hearSaid(process.stderr, '', () => {});
      // A program that ends early takes no more: how it ended says why.
      await Promise.race([input(process.stdin).catch(() => {}), process.exited]);
      const exit = await ended(link.name, process, signal);
      return { ...exit, output: '', said: [], complaint: complaint() };
    },
  };
}

async function ended(
  name: string,
  far: Pick<FarProcess, 'exited' | 'closed' | 'close'>,
  signal: AbortSignal,
): Promise<FarExit> {
  try {
    const [exit, { lost }] = await unlessAborted(Promise.all([far.exited, far.closed]), signal);
    const why = exit.lost ?? lost;
    if (why === null || why === undefined) return exit;
    throw new SshFailed('ssh-lost', `${name}: ${why}`, { isTransient: true });
  } finally {
    far.close();
  }
}

/** Leaves out what comes before the word. */
function hearOutput(stdout: Readable, word: string, onOutput: (bytes: Uint8Array) => void): () => boolean {
  let before: Buffer | null = Buffer.alloc(0);
  stdout.on('data', (chunk: Buffer) => {
    if (!before) return onOutput(chunk);
    before = Buffer.concat([before, chunk]);
    const at = before.indexOf(`${word}\n`);
    if (at < 0) before = before.subarray(-limits.farGreetingBytes);
    else {
      const rest = before.subarray(at + word.length + 1);
      before = null;
      if (rest.length > 0) onOutput(rest);
    }
  });
  return () => before === null;
}

function hearSaid(stderr: Readable, word: string, onSaid: (line: string) => void): () => string {
  let [rest, complaint] = ['', ''];
  stderr.setEncoding('utf8').on('data', (text: string) => {
    const lines = `${rest}${text}`.split('\n');
    rest = (lines.pop() ?? '').slice(-limits.farGreetingBytes);
    for (const line of lines)
      if (word && line.startsWith(`${word} `)) onSaid(line.slice(word.length + 1));
      else complaint = `${complaint}${line}\n`.slice(-500);
  });
  return () => `${complaint}${rest}`.trim().slice(-500);
}
