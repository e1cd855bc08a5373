/** Whoever sends slowly, or nothing at all, holds a connection and what is kept for it. The bounds are small here, so that nobody waits. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect } from 'vitest';
import { credentialsView } from '#shared/credentials.ts';
import { ask, sign } from '#test/support/people/ask.ts';
import { type Bounds, type People, withPeople } from '#test/support/people/with-people.ts';
import { until } from '#test/support/until.ts';
import { attacksOn } from '../support/attack.ts';
import { statusesIn } from '../support/speak.ts';

const attack = attacksOn('web');

const soon: Bounds = { headersMs: 100, requestMs: 200, checkMs: 20 };

/** People at a listener with small bounds, and each refusal that is counted. */
function held(
  act: (people: People & { counted: string[] }) => Promise<void>,
  bounds: Bounds = soon,
): Promise<void> {
  const counted: string[] = [];
  return withPeople(
    people => act({ ...people, counted }),
    real => ({ ...real, refused: (code, door) => void counted.push(`${code} ${door}`) }),
    null,
    bounds,
  );
}

/** Sends the beginning, then a drop again and again for as long as the server lets it; answers what came back. */
async function trickle(port: number, beginning: string, drop: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  const chunks: Buffer[] = [];
  socket.on('data', chunk => chunks.push(chunk)).on('error', () => {});
  socket.write(beginning);
  const dripping = drop === '' ? null : setInterval(() => socket.write(drop), 5);
  // Not `once`: a server that closes while something is on its way is an error to it.
  await new Promise(closed => void socket.once('close', closed));
  if (dripping) clearInterval(dripping);
  return Buffer.concat(chunks).toString();
}

/** Whoever still sends when the connection is closed may not hear the answer. */
const expectTooSlow = (answer: string) => expect([[], [408]]).toContainEqual(statusesIn(answer));

const body = Buffer.from(`{"padding":"${'x'.repeat(5_000)}"}`);

const slow: [goal: string, beginning: string, drop: string][] = [
  ['headers that never end', 'GET / HTTP/1.1\r\nHost: localhost\r\n', 'X: y\r\n'],
  ['the name of a header that never ends', 'GET / HTTP/1.1\r\nHost: localhost\r\nX', 'x'],
  ['an address that never ends', 'GET /', 'x'],
  [
    'a body that trickles in',
    'POST /api/v1/session HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n{"link":"',
    'x',
  ],
  [
    'chunks without end',
    'POST /api/v1/session HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n',
    '1\r\n \r\n',
  ],
  [
    'a webhook that trickles in',
    `POST /hooks/github HTTP/1.1\r\nHost: localhost\r\nX-Hub-Signature-256: ${sign(body)}\r\nContent-Length: ${body.length}\r\n\r\n`,
    ' ',
  ],
];

for (const [goal, beginning, drop] of slow)
  attack(`a connection is held by ${goal}`, 'stranger', async () => {
    await held(async people => {
      expectTooSlow(await trickle(people.port, beginning, drop));
      expect(people.counted).toEqual(['too-slow people']);
    });
    return '408 too-slow, and the connection is closed';
  });

attack('a connection is held by saying nothing', 'stranger', async () => {
  await held(async people => {
    expectTooSlow(await trickle(people.port, '', ''));
    expect(people.counted).toEqual(['too-slow people']);
  });
  return '408 too-slow, and the connection is closed';
});

/** Asks, and reads nothing of the answer; answers when the server has closed the connection, and how much it had taken. */
async function askAndIdle(people: People, path: string): Promise<number> {
  const accepted = once(people.app.server, 'connection');
  const idler = connect(people.port, '127.0.0.1').pause();
  idler.on('error', () => {});
  idler.write(
    `GET ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${people.admin.authorization}\r\n\r\n`,
  );
  const [socket] = (await accepted) as [Socket];
  await until('the connection is closed', () => socket.destroyed);
  idler.destroy();
  return socket.bytesWritten;
}

attack('the memory is filled with answers that nobody reads', 'stranger', async () => {
  const credential = {
    ...{ kind: 'session' as const, name: 'x'.repeat(1_000), holder: '', scope: '', revoked: '' },
    ...{ since: null, expiresAt: null, lastUsedAt: null, file: null },
  };
  // More than the system takes off the server's hands.
  const all = Array.from({ length: 32_000 }, () => credential);
  await withPeople(
    async people => {
      expect(await askAndIdle(people, '/api/v1/credentials')).toBeGreaterThan(0);
      // Who reads has all of it, in their own time.
      const { status, text } = await ask(people, '/api/v1/credentials', { headers: people.admin });
      expect([status, credentialsView.parse(JSON.parse(text)).credentials.length]).toEqual([200, all.length]);
    },
    real => ({ ...real, credentials: async () => ({ credentials: all, isCut: false }) }),
    null,
    { stallMs: 1_000 },
  );
  return 'cut off when nothing of it was taken for a minute';
});

attack('one address takes every connection that there is', 'stranger', async () => {
  let refused = 0;
  const bounds = { perAddress: 3, isExempt: () => false, refused: () => void refused++ };
  await held(async people => {
    const open: Socket[] = [];
    for (let n = 0; n < 3; n++) {
      const socket = connect(people.port, '127.0.0.1');
      socket.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n');
      await once(socket, 'data');
      open.push(socket);
    }
    expect(await trickle(people.port, 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n', '')).toBe('');
    expect(refused).toBe(1);
    const [first] = open;
    // Whoever gives one back may come again.
    const counted = once(people.app.server, 'connection');
    first?.destroy();
    const again = connect(people.port, '127.0.0.1');
    await counted;
    again.destroy();
    for (const socket of open) socket.destroy();
  }, bounds);
  return 'the next connection is closed unread and counted; others are served';
});
