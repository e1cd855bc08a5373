/**
 * The way out of a machine's network: an HTTP proxy, offered on one of its listening sockets and run by the host agent.
 * `CONNECT` for whatever program knows how to ask for a connection, requests in absolute form for plain HTTP. One request
 * a connection: nothing that follows one can be taken for another. What is asked for is judged before anything is connected.
 */
import { request as ask, createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { limits } from '#shared/limits.ts';
import { messageOf } from '../../../errors.ts';
import { destinationOfConnect, destinationOfUrl } from './destination.ts';
import type { Destination, Permission } from './egress.ts';

export type ProxyParts = {
  permit(destination: Destination): Promise<Permission>;
  /** Of what was not allowed; not of what is not there. */
  onRefused(sentence: string): void;
};

type No = { status: 400 | 403 | 502; sentence: string };

/** Serves a guest until the answer is called, which ends all of its connections and the socket. */
export function offerProxy(server: Server, parts: ProxyParts): () => void {
  const open = new Map<Socket, NodeJS.Timeout>();
  const http = createServer({ maxHeaderSize: limits.egressHeadBytes });
  http.maxRequestsPerSocket = 1;
  http.setTimeout(limits.egressIdleMs);
  http.on('request', (request, response) => {
    clearTimeout(open.get(request.socket));
    void forward(request, response, parts).catch(() => request.socket.destroy());
  });
  http.on('connect', (request, guest, head) => {
    clearTimeout(open.get(request.socket));
    void tunnel(request, guest, head, parts).catch(() => guest.destroy());
  });
  http.on('clientError', (_, guest) => {
    if (guest.writable) guest.end(textOf(unreadable));
    else guest.destroy();
  });
  Object.assign(server, { allowHalfOpen: true });
  server.on('error', () => undefined);
  server.on('connection', guest => {
    if (open.size >= limits.egressConnections) return void guest.destroy();
    open.set(
      guest,
      setTimeout(() => guest.destroy(), limits.egressHeadMs),
    );
    guest.on('error', () => guest.destroy());
    guest.once('close', () => {
      clearTimeout(open.get(guest));
      open.delete(guest);
    });
    http.emit('connection', guest);
  });
  return () => {
    for (const guest of open.keys()) guest.destroy();
    server.close();
  };
}

const unreadable: No = {
  status: 400,
  sentence: 'this proxy takes CONNECT host:port, or requests for http://…; it could not read this one',
};

async function tunnel(
  request: IncomingMessage,
  guest: Duplex,
  head: Buffer,
  parts: ProxyParts,
): Promise<void> {
  const destination = destinationOfConnect(request.url ?? '');
  const there = destination ? await reach(destination, parts) : unreadable;
  if ('sentence' in there) return void guest.end(textOf(there));
  if (guest.destroyed) return void there.destroy();
  guest.write('HTTP/1.1 200 Connection established\r\n\r\n');
  there.write(head);
  const ended = await Promise.allSettled([pipeline(guest, there), pipeline(there, guest)]);
  if (ended.some(({ status }) => status === 'rejected')) for (const side of [guest, there]) side.destroy();
}

async function forward(request: IncomingMessage, response: ServerResponse, parts: ProxyParts): Promise<void> {
  const destination = destinationOfUrl(request.url ?? '');
  const coding = request.headers['transfer-encoding'];
  if (destination === null || (coding !== undefined && coding !== 'chunked'))
    return refuse(request, response, unreadable);
  const there = await reach(destination, parts);
  if ('sentence' in there) return refuse(request, response, there);
  if (request.socket.destroyed) return void there.destroy();
  const { path, authority } = destination;
  const headers = ['host', authority, ...withoutHops(request.rawHeaders, ['host'])];
  // Its length is said as it was: a body that nobody announced would be read as another request.
  if (coding !== undefined) headers.push('transfer-encoding', 'chunked');
  const asked = ask({
    ...{ method: request.method, path, headers, setHost: false, createConnection: () => there },
    maxHeaderSize: limits.egressHeadBytes,
  });
  request.socket.once('close', () => asked.destroy());
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    asked.once('response', resolve);
    asked.on('error', reject);
  });
  const sent = pipeline(request, asked);
  // A server may answer before it has read everything, and hang up: what it said counts.
  sent.catch(() => undefined);
  const answer = await answered.catch(error => noAnswer(authority, error));
  if ('sentence' in answer) return refuse(request, response, answer);
  response.writeHead(answer.statusCode ?? 502, withoutHops(answer.rawHeaders, []));
  await pipeline(answer, response);
}

const noAnswer = (authority: string, error: unknown): No => ({
  status: 502,
  sentence: `${authority} did not answer as a server of HTTP does: ${messageOf(error)}`,
});

/** A connection to where a guest may go, or why there is none. */
async function reach(destination: Destination, { permit, onRefused }: ProxyParts): Promise<Socket | No> {
  const permission = await permit(destination);
  if ('missing' in permission) return { status: 502, sentence: permission.missing };
  if ('refusal' in permission) {
    onRefused(permission.refusal);
    return { status: 403, sentence: permission.refusal };
  }
  let failed: unknown = null;
  for (const address of permission.addresses.slice(0, limits.egressAddresses))
    try {
      return await connected(address, destination.port);
    } catch (error) {
      failed = error;
    }
  return {
    status: 502,
    sentence: `${destination.host}:${destination.port} is not reached: ${messageOf(failed)}`,
  };
}

/** `address` is one, never a name: nothing is looked up again. */
function connected(address: string, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: address, port, allowHalfOpen: true, noDelay: true });
    const timer = setTimeout(() => socket.destroy(new Error('no answer in time')), limits.egressConnectMs);
    // Stays: a connection that fails later does so on its way through.
    socket.on('error', reject);
    socket.once('close', () => clearTimeout(timer));
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.setTimeout(limits.egressIdleMs, () => socket.destroy());
      resolve(socket);
    });
  });
}

/** Headers that are of one connection (RFC 9110, 7.6.1), those that it names itself, and those of proxies. */
const ofOneHop = /^(?:connection|keep-alive|te|trailer|transfer-encoding|upgrade|proxy-.*)$/i;

function withoutHops(raw: readonly string[], others: readonly string[]): string[] {
  const pairs = Array.from({ length: raw.length / 2 }, (_, index) => raw.slice(2 * index, 2 * index + 2));
  const named = pairs
    .filter(([name]) => name?.toLowerCase() === 'connection')
    .flatMap(([, value = '']) =>
      value
        .toLowerCase()
        .split(',')
        .map(each => each.trim()),
    );
  const dropped = new Set([...named, ...others].filter(name => name !== 'content-length'));
  return pairs.filter(([name = '']) => !ofOneHop.test(name) && !dropped.has(name.toLowerCase())).flat();
}

function refuse(request: IncomingMessage, response: ServerResponse, { status, sentence }: No): void {
  // What is still coming is nobody's.
  request.resume();
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' });
  response.end(`${sentence}\n`);
}

const words = { 400: 'Bad Request', 403: 'Forbidden', 502: 'Bad Gateway' } satisfies Record<
  No['status'],
  string
>;

const textOf = ({ status, sentence }: No): string =>
  [
    `HTTP/1.1 ${status} ${words[status]}`,
    'content-type: text/plain; charset=utf-8',
    `content-length: ${Buffer.byteLength(sentence) + 1}`,
    'connection: close',
    '',
    `${sentence}\n`,
  ].join('\r\n');
