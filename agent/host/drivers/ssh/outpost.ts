/** The outpost of this host on one computer, as calls; see outpost/main.ts for the other end. */
import { createInterface } from 'node:readline';
import type { NodeSSH } from 'node-ssh';
import { limits } from '#shared/limits.ts';
import { loaderCommand, programBytes } from '../../../ssh/node-loader.ts';
import { DriverError, messageOf } from '../../errors.ts';
import type { ComputerSettings } from './computers.ts';
import { type Connection, connect } from './connect.ts';
import type { CallName, Calls, Failure, Opening, Request, Said } from './outpost/protocol.ts';

export type OutpostStart = {
  computer: ComputerSettings;
  opening: Opening;
  /** The outpost's bundle. */
  program: Buffer;
  /** There may be another machine, or one less. */
  onChange: () => void;
};

export type Outpost = {
  /** Throws what the driver there said, an error that may pass when the connection is lost, or the signal's reason. */
  call<Name extends CallName>(
    name: Name,
    ask: Calls[Name]['ask'],
    signal: AbortSignal,
  ): Promise<Calls[Name]['answer']>;
  /** Resolves with why, when nothing can be called any more. */
  readonly ended: Promise<DriverError>;
  /** Ends it; machines there go on. */
  close(): Promise<void>;
};

type Channel = Awaited<ReturnType<NodeSSH['requestShell']>>;

/** Connects, and starts the outpost. Throws `DriverError`, or the signal's reason. */
export async function openOutpost(start: OutpostStart, signal: AbortSignal): Promise<Outpost> {
  const { computer } = start;
  const connection = await connect(computer, signal);
  const silence = AbortSignal.timeout(limits.sshReadyMs);
  const bounded = AbortSignal.any([signal, silence]);
  const abort = () => void connection.destroy();
  bounded.addEventListener('abort', abort, { once: true });
  try {
    const channel = await openChannel(connection, loaderCommand(computer.node));
    return await begin(start, connection, channel);
  } catch (cause) {
    connection.destroy();
    signal.throwIfAborted();
    if (silence.aborted) throw silent(computer);
    throw cause instanceof DriverError ? cause : lost(computer.name, messageOf(cause), cause);
  } finally {
    bounded.removeEventListener('abort', abort);
  }
}

const silent = ({ name, user }: ComputerSettings): DriverError =>
  new DriverError(
    'ssh-silent',
    `${name} lets ${user} in and then runs nothing; does the shell of ${user} ask something, or wait for something?`,
    { isTransient: true },
  );

const openChannel = (connection: Connection, command: string) =>
  new Promise<Channel>((resolve, reject) => {
    connection.once('close', () => reject(new Error('the connection was closed')));
    connection.exec(command, {}, (error, channel) => (error ? reject(error) : resolve(channel)));
  });

async function begin(
  { computer, opening, program, onChange }: OutpostStart,
  connection: Connection,
  channel: Channel,
): Promise<Outpost> {
  const waiting = new Map<number, PromiseWithResolvers<Calls[CallName]['answer']>>();
  const ready = Promise.withResolvers<void>();
  const end = watchEnd(computer, connection, channel);
  const ended = end.then(error => {
    ready.reject(error);
    for (const { reject } of waiting.values()) reject(error);
    return error;
  });
  const hear = (said: Said) => {
    if (said.said === 'ready') ready.resolve();
    if (said.said === 'unfit') ready.reject(failed(computer.name, said.failure));
    if (said.said === 'changed') onChange();
    if (said.said === 'answer') waiting.get(said.number)?.resolve(said.answer);
    if (said.said === 'failed') waiting.get(said.number)?.reject(failed(computer.name, said.failure));
  };
  createInterface({ input: channel }).on('line', line => {
    const said = readSaid(line);
    if (said) hear(said);
  });
  const send = (message: Opening | Request) => void channel.write(`${JSON.stringify(message)}\n`);
  channel.write(programBytes(program));
  send(opening);
  await ready.promise;
  return { ended, call: caller(waiting, ended, send), close: () => closeBoth(connection, channel) };
}

function caller(
  waiting: Map<number, PromiseWithResolvers<Calls[CallName]['answer']>>,
  ended: Promise<DriverError>,
  send: (request: Request) => void,
): Outpost['call'] {
  let last = 0;
  let end: DriverError | null = null;
  void ended.then(error => {
    end = error;
  });
  return async (call, ask, signal) => {
    signal.throwIfAborted();
    if (end) throw end;
    last += 1;
    const number = last;
    const answer = Promise.withResolvers<Calls[CallName]['answer']>();
    waiting.set(number, answer);
    const abort = () => {
      send({ abort: number });
      answer.reject(signal.reason);
    };
    signal.addEventListener('abort', abort, { once: true });
    try {
      send({ call, number, ask });
      // One cast: an answer has the number of its question.
      return (await answer.promise) as Calls[typeof call]['answer'];
    } finally {
      waiting.delete(number);
      signal.removeEventListener('abort', abort);
    }
  };
}

/** What a login prints of its own accord, before the outpost speaks, is not for us. */
function readSaid(line: string): Said | null {
  if (!line.startsWith('{"said":')) return null;
  try {
    return JSON.parse(line) as Said;
  } catch {
    return null;
  }
}

/** Exit codes of a shell that finds no such program, or may not run it. */
const notFound = [126, 127];

function watchEnd(
  { name, user, node }: ComputerSettings,
  connection: Connection,
  channel: Channel,
): Promise<DriverError> {
  let complaint = '';
  let exit: number | string | null = null;
  channel.stderr.on('data', chunk => {
    complaint = `${complaint}${chunk}`.slice(-500);
  });
  channel.on('exit', (code: number | null, signal?: string) => {
    exit = code ?? signal ?? null;
  });
  // Writing to what is closed: that it is closed is heard below.
  channel.on('error', () => {});
  return new Promise(resolve => {
    connection.once('close', () => resolve(lost(name, 'the connection was lost')));
    channel.once('close', () => {
      connection.end();
      if (typeof exit === 'number' && notFound.includes(exit))
        resolve(
          new DriverError(
            'node-missing',
            `${name} has no program \`${node}\` for ${user}; install Node 18 or newer there, or write under ${name} with \`node\` where it is (${complaint.trim()})`,
          ),
        );
      const said = complaint.trim() === '' ? '' : `: ${complaint.trim()}`;
      resolve(
        lost(name, exit === null ? 'the connection was lost' : `the outpost ended with ${exit}${said}`),
      );
    });
  });
}

const lost = (name: string, what: string, cause?: unknown): DriverError =>
  new DriverError('ssh-lost', `${name}: ${what}; its machines go on`, { isTransient: true, cause });

const failed = (name: string, { code, message, isTransient }: Failure): DriverError =>
  new DriverError(code, `${name}: ${message}`, { isTransient });

/** The end of its input is what an outpost ends by. A connection that nobody answers on is not waited for. */
function closeBoth(connection: Connection, channel: Channel): Promise<void> {
  return new Promise(resolve => {
    const timer = setTimeout(() => connection.destroy(), limits.sshCloseMs);
    connection.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
    channel.once('close', () => connection.end());
    channel.end();
  });
}
