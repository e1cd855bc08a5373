/** One try to bring an agent over a connection to an SSH server: log in, start `bring-program.ts`, listen until it is over. */
import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { NodeSSH } from 'node-ssh';
import { lastLineOf } from '#shared/console-text.ts';
import { limits } from '#shared/limits.ts';
import { type Connection, connect } from '../../../../ssh/connect.ts';
import { SshFailed } from '../../../../ssh/errors.ts';
import { loaderCommand, programBytes } from '../../../../ssh/node-loader.ts';
import { messageOf } from '../../../errors.ts';
import { bringProgram, type Order, type Said, said, saidBy } from './bring-program.ts';
import { NotBrought } from './errors.ts';
import type { Login } from './login.ts';

type Channel = Awaited<ReturnType<NodeSSH['requestShell']>>;

export type Bringing = {
  login: Pick<Login, 'image' | 'user' | 'node' | 'hostKey'>;
  /** Path of the private key. */
  key: string;
  order: Order;
  /** To the SSH server, with nobody in between. */
  socket: Socket;
  /** It runs, whether by this try or by an earlier one. */
  onStarted(): void;
  /** What the agent says until it has reported in. */
  onLog(text: string): void;
  signal: AbortSignal;
};

/** Resolves when the agent has reported in. Throws `NotBrought`, or the signal's reason. */
export async function bringAgent(bringing: Bringing): Promise<void> {
  const { login, key, socket, signal } = bringing;
  const connection = await logIn(login, key, socket, signal);
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(), limits.bringLoginMs);
  const bounded = AbortSignal.any([signal, silence.signal]);
  const leave = () => void connection.destroy();
  bounded.addEventListener('abort', leave, { once: true });
  // That it is lost is heard below.
  connection.on('error', () => {});
  try {
    bounded.throwIfAborted();
    const channel = await openChannel(connection, loaderCommand(login.node));
    await run(channel, bringing, () => clearTimeout(timer));
  } catch (cause) {
    signal.throwIfAborted();
    if (silence.signal.aborted)
      throw passing(
        `${login.user} is let in, and then nothing runs; does the shell of ${login.user} ask or wait for something?`,
      );
    throw cause instanceof NotBrought ? cause : passing(`the connection was lost: ${messageOf(cause)}`);
  } finally {
    clearTimeout(timer);
    bounded.removeEventListener('abort', leave);
    connection.destroy();
  }
}

/** A reason is a sentence. */
const reasonChars = 300;

const passing = (message: string): NotBrought => new NotBrought(message, { mayPass: true });
const final = (message: string): NotBrought => new NotBrought(message, { mayPass: false });

async function logIn(
  { image, user, hostKey }: Bringing['login'],
  key: string,
  socket: Socket,
  signal: AbortSignal,
): Promise<Connection> {
  const target = {
    ...{ file: 'its image.yaml', name: `the machine of ${image}` },
    ...{ host: '127.0.0.1', port: 22, user, key, hostKey },
  };
  try {
    return await connect(target, signal, { socket, readyMs: limits.bringLoginMs });
  } catch (error) {
    socket.destroy();
    throw error instanceof SshFailed ? refusal(error, user) : error;
  }
}

/** What is refused now may be let in when the system has booted to its end; another key does not become the right one. */
function refusal({ code, message, cause }: SshFailed, user: string): NotBrought {
  const why = messageOf(cause);
  if (code === 'ssh-refused')
    return passing(
      `the key of boot.ssh is refused for the user ${user}; put its public half into ~${user}/.ssh/authorized_keys on the disk`,
    );
  if (code === 'ssh-key')
    return final(
      `the key of boot.ssh cannot be used (${why}); it has to be a private one, without a passphrase`,
    );
  if (code === 'ssh-host-key') return final(message);
  return passing(`its SSH server lets nobody in (${why})`);
}

const openChannel = (connection: Connection, command: string) =>
  new Promise<Channel>((resolve, reject) => {
    connection.once('close', () => reject(new Error('it was closed')));
    connection.exec(command, {}, (error, channel) => (error ? reject(error) : resolve(channel)));
  });

async function run(channel: Channel, bringing: Bringing, onSaid: () => void): Promise<void> {
  const over = Promise.withResolvers<void>();
  const hear = hearing(bringing, over);
  listen(channel, {
    onLine(line) {
      const one = readSaid(line);
      if (!one) return;
      onSaid();
      hear(one);
    },
    onEnd: (exit, complaint) => over.reject(endedEarly(bringing.login, exit, complaint)),
    onFlood: () => over.reject(final(`its login says more than ${limits.bringAnswerBytes} bytes`)),
  });
  channel.write(programBytes(Buffer.from(bringProgram)));
  channel.write(`${JSON.stringify(bringing.order)}\n`);
  await over.promise;
}

function hearing({ onStarted, onLog }: Bringing, over: PromiseWithResolvers<void>): (one: Said) => void {
  let log = '';
  return one => {
    if ('log' in one) {
      log = (log + one.log).slice(-limits.bringLogBytes);
      onLog(one.log);
    } else if ('now' in one) {
      if (one.now === 'started') onStarted();
      else over.resolve();
    } else if ('failed' in one) over.reject(final(one.failed.slice(0, reasonChars)));
    else over.reject(final(`the agent ended with exit code ${one.ended}; ${lastWords(log)}`));
  };
}

type Listener = {
  onLine(line: string): void;
  /** Nothing more comes. */
  onEnd(exit: number | null, complaint: string): void;
  /** More came than anybody asked for; it is cut off. */
  onFlood(): void;
};

function listen(channel: Channel, { onLine, onEnd, onFlood }: Listener): void {
  let [bytes, complaint, exit]: [number, string, number | null] = [0, '', null];
  channel.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= limits.bringAnswerBytes) return;
    onFlood();
    channel.destroy();
  });
  createInterface({ input: channel }).on('line', onLine);
  channel.stderr.on('data', chunk => {
    complaint = `${complaint}${chunk}`.slice(-500);
  });
  channel.once('exit', (code: number | null) => {
    exit = code;
  });
  // Writing to what is closed: that it is closed is heard here.
  channel.on('error', () => {});
  channel.once('close', () => onEnd(exit, complaint.trim()));
}

/** What is printed behind it, by the script that started it, is not the agent's. */
function lastWords(log: string): string {
  const [own = ''] = log.split(/^paddock: /m);
  const line = lastLineOf(own);
  return line === null ? 'it said nothing' : `it said: ${line.slice(0, reasonChars)}`;
}

function readSaid(line: string): Said | null {
  if (!line.startsWith(saidBy)) return null;
  try {
    return said.parse(JSON.parse(line.slice(saidBy.length)));
  } catch {
    return null;
  }
}

/** Exit codes of a shell that finds no such program, or may not run it; a csh says it in words alone. */
const notFound = [126, 127];

function endedEarly({ user, node }: Bringing['login'], exit: number | null, complaint: string): NotBrought {
  if ((exit !== null && notFound.includes(exit)) || /command not found/i.test(complaint))
    return final(
      `\`${node}\` is no program for ${user} on this disk: install Node 18 or newer there, or write with \`node\` under boot.ssh where it is (${complaint})`,
    );
  return passing(
    exit === null ? 'the connection was lost' : `what starts the agent ended with ${exit}: ${complaint}`,
  );
}
