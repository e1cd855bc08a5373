import { once } from 'node:events';
import { Server } from 'node:net';
import { limits } from '#shared/limits.ts';
import { DriverError, messageOf } from '../../../errors.ts';
import { spawnInside } from './spawn-inside.ts';

/**
 * Runs inside the namespace: listens, hands each listening socket to its parent, ends. A socket belongs for ever to the
 * namespace in which it was made, so the parent accepts what comes from there without being there. A parent that is
 * killed meanwhile is not always noticed: the time ends it then.
 */
const program = `
const net = require('node:net');
for (const port of process.argv.slice(1)) {
  const server = net.createServer(socket => socket.destroy());
  server.on('error', error => process.send({ port, failure: error.message }));
  server.listen(Number(port), '127.0.0.1', 128, () => process.send({ port }, server, () => server.close()));
}
process.once('disconnect', () => process.exit());
setTimeout(() => process.exit(1), ${limits.guestListenMs});
`;

type Message = { port: string; failure?: string };

export type Listening = {
  /** A process in the namespace. */
  pid: number;
  ports: readonly number[];
  /** Called in the moment in which a socket arrives: it accepts from then on. The receiver closes it. */
  onServer(port: number, server: Server): void;
  signal: AbortSignal;
};

/**
 * Opens listening sockets on loopback ports of the network namespace of a process; resolves when all have been handed
 * over. Throws `DriverError`, or the signal's reason; then some may have been.
 */
export async function listenInside({ pid, ports, onServer, signal }: Listening): Promise<void> {
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(limits.guestListenMs)]);
  const child = spawnInside(pid, program, ports);
  const ended = once(child, 'exit').catch(() => undefined);
  const kill = () => child.kill('SIGKILL');
  deadline.addEventListener('abort', kill);
  let said = '';
  child.stderr?.on('data', (data: Buffer) => {
    said = (said + data).slice(-500);
  });
  let missing = ports.length;
  try {
    deadline.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', code => reject(new Error(`it ended with ${code}: ${said.trim()}`)));
      child.on('message', ({ port, failure }: Message, handle) => {
        if (failure !== undefined) reject(new Error(failure));
        if (!(handle instanceof Server)) return;
        onServer(Number(port), handle);
        missing -= 1;
        if (missing === 0) resolve();
      });
    });
  } catch (cause) {
    signal.throwIfAborted();
    throw new DriverError('network', `the machine's network cannot be made: ${messageOf(cause)}`, {
      isTransient: true,
      cause,
    });
  } finally {
    if (child.connected) child.disconnect();
    await ended;
    deadline.removeEventListener('abort', kill);
  }
}
