/**
 * Something outside of this computer for machines to reach: a network namespace at the other end of a cable, with a public
 * address (for nobody but this computer) and a private one, in which a server answers everything.
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ip = (...words: string[]) => run('ip', words);

const program = `
const server = require('node:http').createServer((_, response) => response.end('outside\\n'));
server.listen(0, '0.0.0.0', () => process.send(server.address().port));
process.once('disconnect', () => process.exit());
`;

export type Outside = {
  /** Of the server. */
  publicAddress: string;
  privateAddress: string;
  /** Of the computer, at its end of the cable. */
  hostAddress: string;
  /** Two servers, that one may be allowed and the other not. */
  ports: [number, number];
};

/** Needs root. The first numbers are of networks that nobody uses here. */
const ends = {
  host: ['11.213.77.1', '10.213.77.1'],
  there: ['11.213.77.2', '10.213.77.2'],
} as const;

export async function withOutside(body: (outside: Outside) => Promise<void>): Promise<void> {
  const name = `paddock-${process.pid}`;
  const [here, there] = [`pdh${process.pid}`, `pdt${process.pid}`];
  const servers: ReturnType<typeof spawn>[] = [];
  await ip('netns', 'add', name);
  try {
    await ip('link', 'add', here, 'type', 'veth', 'peer', 'name', there, 'netns', name);
    for (const address of ends.host) await ip('address', 'add', `${address}/30`, 'dev', here);
    for (const address of ends.there) await ip('-n', name, 'address', 'add', `${address}/30`, 'dev', there);
    await ip('link', 'set', here, 'up');
    await ip('-n', name, 'link', 'set', there, 'up');
    const start = async () => {
      const server = spawn('ip', ['netns', 'exec', name, process.execPath, '-e', program], {
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      });
      servers.push(server);
      const [port] = await once(server, 'message');
      return Number(port);
    };
    await body({
      publicAddress: ends.there[0],
      privateAddress: ends.there[1],
      hostAddress: ends.host[0],
      ports: [await start(), await start()],
    });
  } finally {
    for (const server of servers) {
      const ended = once(server, 'exit');
      server.disconnect();
      await ended;
    }
    await ip('link', 'delete', here).catch(() => undefined); // it may not have come into being
    await ip('netns', 'delete', name);
  }
}
