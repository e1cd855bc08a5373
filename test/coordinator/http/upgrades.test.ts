/** What may happen to a WebSocket besides being read: refused, flooded, forgotten, and outlived by its server. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test, vi } from 'vitest';
import { limits } from '#shared/limits.ts';
import { heldBytes } from '#test/support/held-bytes.ts';
import { ask } from '#test/support/people/ask.ts';
import { lease } from '#test/support/people/lease.ts';
import { addJob, addRun } from '#test/support/people/rows.ts';
import { watchChanges, watchLog } from '#test/support/people/watch.ts';
import { type People, withPeople } from '#test/support/people/with-people.ts';
import { until } from '#test/support/until.ts';

const live = '/api/v1/live';

/** Asks for an upgrade by hand, with these headers besides. */
function upgrade({ port }: People, path: string, headers: Record<string, string> = {}): Socket {
  const asked: Record<string, string> = {
    host: `127.0.0.1:${port}`,
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    ...headers,
  };
  const lines = Object.entries(asked).map(([name, value]) => `${name}: ${value}\r\n`);
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  socket.write(`GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`);
  return socket;
}

test.each([
  ['a name that was pointed at us', live, { host: 'evil.example' }, 403],
  ['another site', live, { origin: 'https://evil.example' }, 403],
  ['a page without an origin', live, { origin: 'null' }, 403],
  ['a site beside us', live, { 'sec-fetch-site': 'same-site' }, 403],
  ['nothing that is there', '/nothing', {}, 404],
  ['an address that is none', '//', {}, 404],
  ['a page', '/', {}, 404],
])('a WebSocket of %s is refused (%s %j)', (_, path, headers, status) =>
  withPeople(async people => {
    const answer = await text(upgrade(people, path, headers));
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(answer).toContain('x-content-type-options: nosniff');
    expect(answer).toContain('application/problem+json');
    expect(people.logged.filter(({ level }) => level >= 40)).toEqual([]);
  }),
);

test('our own pages may open one', () =>
  withPeople(async people => {
    const socket = upgrade(people, live, { origin: people.url, 'sec-fetch-site': 'same-origin' });
    await until('it is open', () => String(socket.read() ?? '').startsWith('HTTP/1.1 101 '));
    socket.destroy();
  }));

test('a wish for HTTP/2 is not heard, and the request is answered', () =>
  withPeople(async people => {
    const headers = {
      connection: 'Upgrade, HTTP2-Settings',
      upgrade: 'h2c',
      'http2-settings': 'AAMAAABkAAQ',
    };
    expect(await ask(people, '/healthz', { headers })).toMatchObject({ status: 200 });
  }));

test('whatever a client sends is harmless', () =>
  withPeople(async people => {
    const watch = await watchChanges(people.url);
    watch.socket.send('{"type":"cancel","run":"all"}');
    watch.socket.send(Buffer.from([0, 255, 254]));
    for (let n = 0; n < 1_000; n++) watch.socket.send('x'.repeat(1_000));
    const run = await addRun(people);
    await until('it is still told of changes', () => watch.frames.length === 1);
    expect(watch.frames).toMatchObject([{ run: run.id }]);
  }));

test('a message that is larger than any of ours ends the connection, and nothing else', () =>
  withPeople(async people => {
    const [loud, quiet] = [await watchChanges(people.url), await watchChanges(people.url)];
    loud.socket.send('x'.repeat(2_000));
    expect(await loud.closed).toBe(1009);
    await addRun(people);
    await until('the other one is told', () => quiet.frames.length === 1);
    expect(people.logged.filter(({ level }) => level >= 40)).toEqual([]);
  }));

test('bytes that are no frames end the connection, and nothing else', () =>
  withPeople(async people => {
    const socket = upgrade(people, live);
    await until('it is open', () => String(socket.read() ?? '').startsWith('HTTP/1.1 101 '));
    socket.write(Buffer.alloc(4_000, 0xff));
    await until('it is cut off', () => socket.read() === null && socket.readableEnded);
    expect((await ask(people, '/healthz')).status).toBe(200);
  }));

test('answers to pings that nobody reads do not pile up', () =>
  withPeople(async people => {
    const watch = await watchChanges(people.url);
    watch.socket.pause();
    const before = heldBytes().buffers;
    const payload = Buffer.alloc(100);
    for (let round = 0; round < 200; round++)
      await new Promise<void>(sent => {
        for (let n = 1; n < 1_000; n++) watch.socket.ping(payload);
        watch.socket.ping(payload, undefined, () => sent());
      });
    expect(heldBytes().buffers - before).toBeLessThan(100 * limits.liveBacklogBytes);
  }));

test('whoever does not answer two pings is gone', () =>
  withPeople(async people => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    onTestFinished(() => void vi.useRealTimers());
    const [awake, asleep] = [await watchChanges(people.url), await watchChanges(people.url)];
    asleep.socket.removeAllListeners('ping');
    // Its answers are what it would write; a closed laptop writes nothing.
    asleep.socket.pong = () => {};
    const pinged = once(awake.socket, 'ping');
    vi.advanceTimersByTime(limits.socketPingMs);
    await pinged;
    // Its own ping is answered after its answer to ours was read.
    awake.socket.ping();
    await once(awake.socket, 'pong');
    vi.advanceTimersByTime(limits.socketPingMs);
    expect(await asleep.closed).toBe(1006);
    expect(awake.socket.readyState).toBe(awake.socket.OPEN);
  }));

test('a coordinator that stops says so and does not wait for anybody', () =>
  withPeople(async people => {
    const leased = await lease(people, await addJob(people, await addRun(people)));
    const watches = [await watchChanges(people.url), await watchLog(people.url, leased.attempt)];
    const mute = upgrade(people, live);
    await until('it is open', () => String(mute.read() ?? '').startsWith('HTTP/1.1 101 '));
    const followed = await fetch(`${people.url}/logs/${leased.attempt}.txt?follow=1`);
    await people.close();
    for (const watch of watches) expect([1001, 1006]).toContain(await watch.closed);
    await expect(followed.text()).rejects.toThrow();
    expect(people.logged.filter(({ level }) => level >= 40)).toEqual([]);
  }));

test('a WebSocket that is still being decided when the coordinator stops is cut off', async () => {
  const gate = Promise.withResolvers<void>();
  let asked = 0;
  await withPeople(
    async people => {
      const leased = await lease(people, await addJob(people, await addRun(people)));
      const socket = upgrade(people, `/api/v1/attempts/${leased.attempt}/log`);
      await until('it is being decided', () => asked === 1);
      const closing = people.close();
      expect(await text(socket)).toBe('');
      gate.resolve();
      await closing;
    },
    real => ({
      ...real,
      async log(...args) {
        asked += 1;
        await gate.promise;
        return real.log(...args);
      },
    }),
  );
});
