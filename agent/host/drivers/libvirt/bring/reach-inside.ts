import { once } from 'node:events';
import { Socket } from 'node:net';
import { limits } from '#shared/limits.ts';
import { messageOf } from '../../../errors.ts';
import { spawnInside } from '../network/spawn-inside.ts';
import { NotBrought } from './errors.ts';

/**
 * Runs inside the namespace: asks until an SSH server says what it is, then connects anew, hands the connection to its parent
 * unread, and ends. QEMU takes a connection whatever the machine does with it, so only a word from there says anything.
 * A parent that is killed meanwhile is not always noticed: the time ends it then.
 */
const program = `
const net = require('node:net');
const [port, endMs] = process.argv.slice(1).map(Number);
const to = { port, host: '127.0.0.1' };
function look() {
  const socket = net.connect(to);
  const silence = setTimeout(() => over('nothing answers on its port 22'), ${limits.sshBannerMs});
  const over = problem => {
    clearTimeout(silence);
    socket.removeAllListeners('data').removeAllListeners('close').destroy();
    process.send({ problem });
    setTimeout(look, ${limits.bringLookMs});
  };
  socket.on('error', () => {});
  socket.once('close', () => over('its port 22 is closed'));
  socket.once('data', data => {
    if (!data.toString('latin1').startsWith('SSH-')) return over('what answers on its port 22 is no SSH server');
    clearTimeout(silence);
    socket.removeAllListeners('close').destroy();
    hand();
  });
}
function hand() {
  const socket = net.connect(to).pause();
  socket.once('error', () => setTimeout(look, ${limits.bringLookMs}));
  socket.once('connect', () => process.send({}, socket, () => process.disconnect()));
}
process.once('disconnect', () => process.exit());
setTimeout(() => process.exit(1), endMs);
look();
`;

export type Reaching = {
  /** A process in the namespace. */
  pid: number;
  port: number;
  /** What keeps it waiting: called again and again. */
  onProblem(problem: string): void;
  /** After this it is over at the latest. */
  endMs: number;
  signal: AbortSignal;
};

/**
 * A connection to the SSH server behind a port of the loopback of a namespace, as soon as there is one. Throws `NotBrought` when
 * the namespace cannot be entered, or the signal's reason. Whoever gets it ends it.
 */
export async function reachInside({ pid, port, onProblem, endMs, signal }: Reaching): Promise<Socket> {
  signal.throwIfAborted();
  const child = spawnInside(pid, program, [port, Math.ceil(endMs)]);
  const ended = once(child, 'exit').catch(() => undefined);
  const kill = () => child.kill('SIGKILL');
  signal.addEventListener('abort', kill);
  let said = '';
  child.stderr?.on('data', (data: Buffer) => {
    said = (said + data).slice(-500);
  });
  try {
    return await new Promise<Socket>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', code => reject(new Error(`what reaches for it ended with ${code}: ${said.trim()}`)));
      child.on('message', ({ problem }: { problem?: string }, handle) => {
        if (problem !== undefined) onProblem(problem);
        if (handle instanceof Socket) resolve(handle);
      });
    });
  } catch (cause) {
    signal.throwIfAborted();
    throw new NotBrought(`its network cannot be entered: ${messageOf(cause)}`, { mayPass: true, cause });
  } finally {
    if (child.connected) child.disconnect();
    await ended;
    signal.removeEventListener('abort', kill);
  }
}
