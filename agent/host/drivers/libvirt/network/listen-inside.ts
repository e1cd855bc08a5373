import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Server } from 'node:net';
import { limits } from '#shared/limits.ts';
import { DriverError, messageOf } from '../../../errors.ts';

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

/**
 * Listening sockets on loopback ports of the network namespace of a process. The caller gets them open and closes them.
 * Throws `DriverError`, or the signal's reason.
 */
export async function listenInside(
  pid: number,
  ports: readonly number[],
  signal: AbortSignal,
): Promise<Map<number, Server>> {
  const servers = new Map<number, Server>();
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(limits.guestListenMs)]);
  const child = spawn(
    'nsenter',
    [...namespacesOf(pid), '--', process.execPath, '-e', program, ...ports.map(String)],
    {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      signal: deadline,
      killSignal: 'SIGKILL',
    },
  );
  let said = '';
  child.stderr?.on('data', (data: Buffer) => {
    said = (said + data).slice(-500);
  });
  try {
    await new Promise<void>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', code => reject(new Error(`it ended with ${code}: ${said.trim()}`)));
      child.on('message', ({ port, failure }: Message, handle) => {
        if (handle instanceof Server) servers.set(Number(port), handle);
        if (failure !== undefined) reject(new Error(failure));
        if (servers.size === ports.length) resolve();
      });
    });
    return servers;
  } catch (cause) {
    for (const server of servers.values()) server.close();
    signal.throwIfAborted();
    throw new DriverError('network', `the machine's network cannot be made: ${messageOf(cause)}`, {
      isTransient: true,
      cause,
    });
  } finally {
    if (child.connected) child.disconnect();
    if (child.exitCode === null && child.signalCode === null && child.pid !== undefined)
      await once(child, 'exit');
  }
}

/** Only root may enter the network of a process without being let into its user namespace. */
const namespacesOf = (pid: number): string[] =>
  process.getuid?.() === 0
    ? [`--net=/proc/${pid}/ns/net`]
    : [`--user=/proc/${pid}/ns/user`, '--preserve-credentials', `--net=/proc/${pid}/ns/net`];
