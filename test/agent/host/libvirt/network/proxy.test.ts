import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Permission } from '#agent/host/drivers/libvirt/network/egress.ts';
import { offerProxy } from '#agent/host/drivers/libvirt/network/proxy.ts';
import { limits } from '#shared/limits.ts';
import { until } from '#test/support/until.ts';

type Asked = {
  method: string;
  url: string;
  headers: IncomingMessage['headers'];
  raw: string[];
  body: string;
};

let origin: Server;
let asked: Asked[];
let server: Server;
let end: () => void;
let refused: string[];
let judged: string[];
let connections: number;

const portOf = (of: Server): number => (of.address() as AddressInfo).port;

async function listening(of: Server): Promise<Server> {
  of.listen(0, '127.0.0.1');
  await once(of, 'listening');
  return of;
}

beforeEach(async () => {
  [asked, refused, judged, connections] = [[], [], [], 0];
  const http = createHttpServer(async (request, response) => {
    const { method = '', url = '', headers, rawHeaders: raw } = request;
    asked.push({ method, url, headers, raw, body: await text(request) });
    response.writeHead(200, { 'x-hop': 'gone', connection: 'x-hop', 'content-type': 'text/plain' });
    response.end(`hello ${method}`);
  });
  http.on('connection', () => {
    connections += 1;
  });
  origin = await listening(http);
  server = await listening(createServer());
  const permit = async ({ host, port }: { host: string; port: number }): Promise<Permission> => {
    judged.push(`${host}:${port}`);
    if (host === 'nobody.example') return { missing: `${host} is unknown` };
    return port === portOf(origin)
      ? { addresses: ['127.0.0.1'] }
      : { refusal: `${host}:${port} is not reached` };
  };
  end = offerProxy(server, { permit, onRefused: sentence => void refused.push(sentence) });
});

afterEach(() => {
  vi.useRealTimers();
  end();
  origin.close();
});

async function opened(): Promise<Socket> {
  const socket = connect({ port: portOf(server), host: '127.0.0.1', allowHalfOpen: true });
  await once(socket, 'connect');
  return socket;
}

/** Everything that comes back for these bytes. */
async function exchange(bytes: string): Promise<string> {
  const socket = await opened();
  socket.write(bytes, 'latin1');
  const said = await text(socket.on('error', () => undefined));
  socket.destroy();
  return said;
}

/** Also when it is ended rudely. */
const closeOf = (socket: Socket): Promise<void> =>
  new Promise(resolve => {
    socket.on('error', () => undefined).once('close', () => resolve());
    socket.resume().once('end', () => socket.destroy());
  });

const target = (): string => `127.0.0.1:${portOf(origin)}`;

test('a tunnel carries bytes both ways, those that came with its request too', async () => {
  const said = await exchange(
    `CONNECT ${target()} HTTP/1.1\r\nHost: x\r\n\r\nGET /deep HTTP/1.1\r\nHost: origin\r\nConnection: close\r\n\r\n`,
  );
  expect(said).toMatch(/^HTTP\/1\.1 200 Connection established\r\n\r\nHTTP\/1\.1 200 OK\r\n[\s\S]*hello GET/);
  expect(asked).toMatchObject([{ url: '/deep', headers: { host: 'origin' } }]);
});

test('a request is passed on for the server that its address names, without what is between two neighbours', async () => {
  const said = await exchange(
    [
      `POST http://${target()}/a?b=1 HTTP/1.1`,
      'Host: elsewhere.example',
      'Connection: close, X-Mine',
      'X-Mine: 1',
      'Proxy-Authorization: Basic secret',
      'X-Kept: 2',
      'Content-Length: 4',
      '',
      'body',
    ].join('\r\n'),
  );
  expect(said).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*hello POST/);
  expect(said).not.toContain('x-hop: gone');
  expect(said.toLowerCase()).toContain('connection: close');
  const [one] = asked;
  expect(one).toMatchObject({ method: 'POST', url: '/a?b=1', body: 'body', headers: { 'x-kept': '2' } });
  expect(one?.headers.host).toBe(target());
  expect(Object.keys(one?.headers ?? {})).not.toEqual(expect.arrayContaining(['x-mine']));
  expect(one?.raw.join()).not.toContain('secret');
});

test('what follows a request on its connection is not taken for another', async () => {
  const one = `GET http://${target()}/first HTTP/1.1\r\nHost: x\r\n\r\n`;
  await exchange(`${one}GET http://10.0.0.1/second HTTP/1.1\r\nHost: x\r\n\r\n`);
  expect(asked.map(({ url }) => url)).toEqual(['/first']);
  expect(judged).toEqual([target()]);
});

test('a body in pieces stays the body of its request', async () => {
  const hidden = 'GET /hidden HTTP/1.1\r\nHost: x\r\n\r\n';
  const piece = `${hidden.length.toString(16)}\r\n${hidden}\r\n0\r\n\r\n`;
  await exchange(`GET http://${target()}/ HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n${piece}`);
  expect(asked).toMatchObject([{ url: '/', body: hidden }]);
});

test.for([
  ['two lengths', 'Content-Length: 4\r\nContent-Length: 5\r\n'],
  ['a length and pieces', 'Content-Length: 4\r\nTransfer-Encoding: chunked\r\n'],
  ['pieces of an unknown kind', 'Transfer-Encoding: x\r\n'],
  ['a folded header', 'X-A: 1\r\n Content-Length: 4\r\n'],
  ['a space before the colon', 'Content-Length : 4\r\n'],
  ['a byte that no header has', 'X-A: \0\r\n'],
  ['no end of its head', `X-A: ${'a'.repeat(limits.egressHeadBytes)}\r\n`],
  ['too many headers', 'X-A: 1\r\n'.repeat(limits.egressHeadBytes / 8)],
])('a request with %s reaches nobody', async ([, headers]) => {
  const said = await exchange(`POST http://${target()}/ HTTP/1.1\r\nHost: x\r\n${headers}\r\n0\r\n\r\n`);
  expect(said).toMatch(/^HTTP\/1\.1 4\d\d /);
  expect([asked, connections]).toEqual([[], 0]);
});

test.for([
  'GET / HTTP/1.1',
  'GET https://a.example/ HTTP/1.1',
  'CONNECT a.example HTTP/1.1',
  'CONNECT / HTTP/1.1',
  '\x16\x03\x01\x02',
])('%j is not what this proxy is asked, and it says so', async line => {
  expect(await exchange(`${line}\r\nHost: x\r\n\r\n`)).toMatch(
    /^HTTP\/1\.1 400 [\s\S]*this proxy takes CONNECT host:port, or requests for http:/,
  );
  expect([judged, connections]).toEqual([[], 0]);
});

test('what is refused is answered in a sentence, and counted; what is not there is not', async () => {
  expect(await exchange('CONNECT 10.0.0.1:6379 HTTP/1.1\r\nHost: x\r\n\r\n')).toMatch(
    /^HTTP\/1\.1 403 Forbidden\r\n[\s\S]*\r\n\r\n10\.0\.0\.1:6379 is not reached\n$/,
  );
  expect(await exchange('GET http://10.0.0.1/ HTTP/1.1\r\nHost: x\r\n\r\n')).toMatch(
    /^HTTP\/1\.1 403 Forbidden\r\n[\s\S]*10\.0\.0\.1:80 is not reached\n/,
  );
  expect(await exchange('CONNECT nobody.example:80 HTTP/1.1\r\nHost: x\r\n\r\n')).toMatch(/^HTTP\/1\.1 502 /);
  expect(refused).toEqual(['10.0.0.1:6379 is not reached', '10.0.0.1:80 is not reached']);
});

test('a server that is not there is said to be so', async () => {
  const at = target();
  const port = portOf(origin);
  origin.close();
  vi.spyOn(origin, 'address').mockReturnValue({ port } as AddressInfo);
  expect(await exchange(`CONNECT ${at} HTTP/1.1\r\nHost: x\r\n\r\n`)).toMatch(
    /^HTTP\/1\.1 502 [\s\S]*is not reached: connect ECONNREFUSED/,
  );
});

test('a head that does not come to its end is not waited for, however slowly it grows', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const accepted = once(server, 'connection');
  const guest = await opened();
  const closed = closeOf(guest);
  guest.write('GET http://a.example/ HTTP/1.1\r\nHost: x\r\n');
  await accepted;
  vi.advanceTimersByTime(limits.egressHeadMs - 1);
  guest.write('X-A: 1\r\n');
  vi.advanceTimersByTime(2);
  guest.resume();
  await closed;
  expect(judged).toEqual([]);
});

test('a guest has so many connections, and a closed one makes room', async () => {
  const open = await Promise.all(Array.from({ length: limits.egressConnections }, opened));
  const tooMany = await opened();
  await closeOf(tooMany);
  open[0]?.destroy();
  await until('there is room again', async () =>
    (await exchange(`GET http://${target()}/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)).includes(
      'hello',
    ),
  );
  for (const socket of open) socket.destroy();
});

test('its end ends what it carries', async () => {
  const guest = await opened();
  guest.write(`CONNECT ${target()} HTTP/1.1\r\nHost: x\r\n\r\n`);
  await once(guest, 'data');
  const closed = closeOf(guest);
  end();
  await closed;
  await until(
    'the other side is gone too',
    () =>
      new Promise<boolean>(resolve => {
        origin.getConnections((_, count) => resolve(count === 0));
      }),
  );
});
