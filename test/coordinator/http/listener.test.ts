import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { listen } from '#coordinator/http/listener.ts';
import { limits } from '#shared/limits.ts';
import { until } from '#test/support/until.ts';

const anywhere = { host: '127.0.0.1', port: 0 };

test('port 0 is any free one, and the address says which', async () => {
  const listener = await listen('the test', anywhere);
  expect(listener.url).toBe(`http://127.0.0.1:${listener.port}`);
  await listener.close();
});

test('every address of the computer is reached as localhost', async () => {
  const listener = await listen('the test', { host: '0.0.0.0', port: 0 });
  expect(listener.url).toBe(`http://localhost:${listener.port}`);
  await listener.close();
});

test('a port that is taken says so in a sentence with what to do', async () => {
  const listener = await listen('the first', anywhere);
  await expect(listen('the second', { host: '127.0.0.1', port: listener.port })).rejects.toMatchObject({
    code: 'cannot-listen',
    message: `the second cannot listen on 127.0.0.1:${listener.port}: something else listens there; stop it or choose another port (0 takes any free one)`,
  });
  await listener.close();
});

test('an address of another computer says so as well', async () => {
  await expect(listen('the test', { host: '192.0.2.1', port: 0 })).rejects.toMatchObject({
    message: expect.stringContaining('this computer has no such address'),
  });
});

test('what is asked before there is anybody to answer is answered when there is, once', async () => {
  const { server, url, open, close } = await listen('the test', anywhere);
  const connected = once(server, 'connection') as Promise<[Socket]>;
  const early = fetch(url);
  const [socket] = await connected;
  await until('the request has been read', () => socket.bytesRead > 0);
  let asked = 0;
  server.on('request', (_, response) => response.end(`answer ${++asked}`));
  const late = await fetch(url);
  open();
  expect(await late.text()).toBe('answer 1');
  expect(await (await early).text()).toBe('answer 2');
  expect(await (await fetch(url)).text()).toBe('answer 3');
  await close();
});

test('more than can be held is sent away', async () => {
  const { url, close } = await listen('the test', anywhere);
  const held = Array.from({ length: limits.earlyRequests }, () => fetch(url));
  const isSentAway = async () => (await fetch(url, { signal: AbortSignal.timeout(1_000) })).status === 503;
  await until('a request is sent away', isSentAway);
  await close();
  expect((await Promise.allSettled(held)).map(({ status }) => status)).toContain('rejected');
});

test('closing waits for no connection, answered, unanswered or idle', async () => {
  const listener = await listen('the test', anywhere);
  let asked = 0;
  listener.server.on('request', () => {
    asked += 1;
  });
  const idle = connect(listener.port, '127.0.0.1');
  const waiting = connect(listener.port, '127.0.0.1');
  waiting.write('GET / HTTP/1.1\r\nhost: localhost\r\n\r\n');
  const ended = Promise.all([idle, waiting].map(socket => once(socket.resume(), 'close')));
  await once(listener.server, 'request');
  await listener.close();
  await ended;
  expect(asked).toBe(1);
});
