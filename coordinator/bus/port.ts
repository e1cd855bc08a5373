import { createServer } from 'node:net';
import { BusError, codeOf } from './errors.ts';

/** Whether the port can be bound now; port 0 is always free. Another process may still be faster afterwards. */
export async function isFree(host: string, port: number): Promise<boolean> {
  return (await bindOnce(host, port)) !== null;
}

/** A port that nobody uses at the moment. */
export async function findFreePort(host: string): Promise<number> {
  const port = await bindOnce(host, 0);
  if (port === null) throw new Error(`no port is free on ${host}`);
  return port;
}

function bindOnce(host: string, port: number): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', error =>
      codeOf(error) === 'EADDRINUSE' ? resolve(null) : reject(cannotListen(host, port, error)),
    );
    server.listen({ host, port, exclusive: true }, () => {
      const address = server.address();
      const bound = typeof address === 'object' && address !== null ? address.port : null;
      server.close(() => resolve(bound));
    });
  });
}

const cannotListen = (host: string, port: number, cause: Error): BusError =>
  new BusError(
    'address-unusable',
    `nats-server cannot listen on ${host}:${port} (${cause.message}); choose an address of this computer`,
    { cause },
  );
