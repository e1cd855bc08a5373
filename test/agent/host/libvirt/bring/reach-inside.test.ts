import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { reachInside } from '#agent/host/drivers/libvirt/bring/reach-inside.ts';
import { until } from '#test/support/until.ts';

const banner = 'SSH-2.0-test\r\n';
let server: Server;
let port: number;
let problems: string[];
/** What a connection is answered with; null: it is closed. */
let answer: string | null;
const open = new Set<Socket>();

beforeEach(async ({ skip }) => {
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    skip('needs root: only it enters the network namespace that it is in already');
  problems = [];
  answer = banner;
  server = createServer(socket => {
    open.add(socket);
    socket.on('error', () => {});
    if (answer === null) socket.destroy();
    else socket.write(answer);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  ({ port } = server.address() as AddressInfo);
});
afterEach(() => {
  for (const socket of open) socket.destroy();
  server?.close();
});

const reach = (signal = new AbortController().signal) =>
  reachInside({
    ...{ pid: process.pid, port, endMs: 60_000, signal },
    onProblem: problem => problems.push(problem),
  });

test('a connection comes with the server’s first word unread, and works both ways', async () => {
  const socket = await reach();
  const [word] = await once(socket, 'data');
  expect(String(word)).toBe(banner);
  socket.write('hello');
  const heard = new Promise(resolve => {
    for (const other of open) other.once('data', data => resolve(String(data)));
  });
  expect(await heard).toBe('hello');
  socket.destroy();
});

test('a machine that boots is waited for, and what keeps it is said', async () => {
  answer = null;
  const reaching = reach();
  await until('it is closed', () => problems.includes('its port 22 is closed'));
  answer = '220 mail.example\r\n';
  await until('it is another server', () =>
    problems.includes('what answers on its port 22 is no SSH server'),
  );
  answer = '';
  await until('it is silent', () => problems.includes('nothing answers on its port 22'));
  answer = banner;
  (await reaching).destroy();
});

test('who is told to stop is given the reason, and nothing is left that asks', async () => {
  answer = null;
  const stop = new AbortController();
  const reaching = reach(stop.signal);
  await until('it asks', () => problems.length > 0);
  stop.abort(new Error('the machine ends'));
  await expect(reaching).rejects.toThrow('the machine ends');
});

test('a machine that is gone is no reason to hope in vain for ever', async () => {
  await expect(
    reachInside({
      ...{ pid: 2 ** 22 + 1, port, endMs: 60_000, signal: new AbortController().signal },
      onProblem: () => {},
    }),
  ).rejects.toMatchObject({
    mayPass: true,
    message: expect.stringMatching(/^its network cannot be entered: /),
  });
});
