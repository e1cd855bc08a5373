import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { type Link, openLink } from './link.ts';
import { until } from './until.ts';

/** A listener that repeats what it hears, a link to it, and somebody who has dialled through it. */
async function withEcho(body: (link: Link, client: Socket, heard: () => string) => Promise<void>) {
  const echo = createServer(socket => socket.on('error', () => {}).pipe(socket));
  echo.listen(0, '127.0.0.1');
  await once(echo, 'listening');
  const { port } = echo.address() as { port: number };
  const link = await openLink({ host: '127.0.0.1', port: 0 }, { host: '127.0.0.1', port });
  const client = connect(link.port, '127.0.0.1');
  let text = '';
  client.on('data', chunk => {
    text += chunk;
  });
  client.on('error', () => {});
  try {
    await body(link, client, () => text);
  } finally {
    client.destroy();
    await link.close();
    echo.close();
    await once(echo, 'close');
  }
}

test('what is sent through a link arrives, both ways', () =>
  withEcho(async (_, client, heard) => {
    client.write('hello');
    await until('it came back', () => heard() === 'hello');
  }));

test.each(['there', 'back'] as const)('what is held %s arrives when the link is whole again', direction =>
  withEcho(async (link, client, heard) => {
    client.write('one ');
    await until('the first came back', () => heard() === 'one ');
    link.hold([direction]);
    client.write('two');
    link.hold([]);
    await until('both came back', () => heard() === 'one two');
  }),
);

test('a reset ends the connection of whoever dialled', () =>
  withEcho(async (link, client) => {
    client.write('hello');
    await once(client, 'data');
    const closed = expect(once(client, 'close')).rejects.toThrow('ECONNRESET');
    link.reset();
    await closed;
  }));

test('a link that is slow is late and loses nothing', () =>
  withEcho(async (link, client, heard) => {
    link.delay(50);
    const before = performance.now();
    client.write('hello');
    await until('it came back', () => heard() === 'hello');
    expect(performance.now() - before).toBeGreaterThan(95);
  }));
