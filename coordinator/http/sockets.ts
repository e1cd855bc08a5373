/** WebSockets: a log from any offset, and a feed of what has changed. Read-only; nothing a client sends is acted on. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { isDeepStrictEqual } from 'node:util';
import type { FastifyInstance } from 'fastify';
import { type WebSocket, WebSocketServer } from 'ws';
import type { LogSocketFrame } from '#shared/api.ts';
import { attemptId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import type { Actor } from '../access/actor.ts';
import { problem } from '../ground/refuse.ts';
import { type CodedProblem, HttpProblem, problemOf } from './errors.ts';
import type { PeopleParts, StoredLog, ViewedFeed } from './parts.ts';
import { networkOf } from './rate-limit.ts';
import type { Rates } from './rates.ts';
import { answerRaw } from './raw-answer.ts';
import { addressOf, senderOf } from './sender.ts';
import type { Watch, Watches } from './watches.ts';

/** What is done on a connection once it is open, and whether its reader may still see it. */
type Feed = Pick<Watch, 'actor' | 'mayStill'> & {
  name: ViewedFeed;
  show(client: WebSocket): Promise<void> | void;
};

export function addSockets(app: FastifyInstance, parts: PeopleParts, watches: Watches, rates: Rates): void {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 1_024, autoPong: false });
  const undecided = new Set<Duplex>();
  /** How many are open, or being decided, of each address. */
  const bySender = new Map<string, number>();
  let isClosing = false;

  app.server.on('upgrade', async (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    undecided.add(socket);
    const giveBack = takeSeat(request);
    socket.once('close', giveBack ?? (() => {}));
    const answer = giveBack
      ? await decide(request)
      : problem('too-many-pages', 'too many pages are open from your address');
    undecided.delete(socket);
    if ('status' in answer) {
      parts.refused(answer.code, 'sockets');
      return answerRaw(socket, answer);
    }
    // The connection may have ended, or the coordinator begun to close, while this was decided.
    if (isClosing || socket.destroyed) return socket.destroy();
    sockets.handleUpgrade(request, socket, head, client => serve(client, answer, request));
  });

  // An open WebSocket would keep the server from closing for as long as its browser likes.
  app.addHook('preClose', async () => {
    isClosing = true;
    for (const socket of undecided) socket.destroy();
    for (const client of sockets.clients) {
      client.close(1001, 'the coordinator stops');
      client.terminate();
    }
  });

  /** Null when this address has as many as it may; one of this computer is nobody's in particular. */
  function takeSeat(request: IncomingMessage): (() => void) | null {
    const address = senderOf(request);
    if (address === null) return () => {};
    const sender = networkOf(address);
    const open = bySender.get(sender) ?? 0;
    if (open >= limits.socketsPerAddress) return null;
    bySender.set(sender, open + 1);
    return () => {
      const left = (bySender.get(sender) ?? 1) - 1;
      if (left > 0) bySender.set(sender, left);
      else bySender.delete(sender);
    };
  }

  async function decide(request: IncomingMessage): Promise<Feed | CodedProblem> {
    try {
      const refusal = parts.access.refusal(request);
      if (refusal) return problem('foreign-request', refusal);
      if (sockets.clients.size >= limits.sockets)
        return problem(503, 'too many pages are open; try again later');
      return await feedFor(parts, request, rates);
    } catch (error) {
      const known = problemOf(error);
      if (!known) app.log.error({ err: error, url: request.url }, 'a live connection could not be opened');
      return known ?? problem(500, 'this connection could not be opened');
    }
  }

  function serve(client: WebSocket, feed: Feed, request: IncomingMessage): void {
    keepAlive(client);
    watches.add(
      { ...feed, end: () => client.close(1008, 'signed out, or not yours any more') },
      goneSignal(client),
    );
    parts.viewing(feed.name, goneSignal(client));
    Promise.resolve(feed.show(client)).catch(error => {
      const known = problemOf(error);
      if (!known) app.log.error({ err: error, url: request.url }, 'a live connection failed');
      client.close(known ? 1013 : 1011);
    });
  }
}

/** @throws HttpProblem when there is nothing for this reader. */
async function feedFor(parts: PeopleParts, request: IncomingMessage, rates: Rates): Promise<Feed> {
  const [path = '', query] = (request.url ?? '').split('?', 2);
  const { actor } = await parts.access.whose(request);
  rates.count(actor, addressOf(request), 'read');
  if (path === '/api/v1/live')
    return {
      name: 'changes',
      actor,
      // Whoever may see something else from now on comes back, and is told that.
      mayStill: async now => isDeepStrictEqual(now.rights, actor.rights),
      show: client => showChanges(client, parts, actor),
    };
  const [, id] = /^\/api\/v1\/attempts\/([^/]+)\/log$/.exec(path) ?? [];
  const attempt = attemptId.safeParse(id);
  const log = attempt.success ? await parts.log(attempt.data, actor) : null;
  if (!attempt.success || !log) throw new HttpProblem(404, 'there is no such log, or you may not see it');
  const asked = new URLSearchParams(query);
  const mode = asked.get('mode') === 'every-byte' ? 'every-byte' : 'skip';
  const start = await startOf(log, asked);
  const show = async (client: WebSocket) => {
    if (start.from > 0 && asked.has('last'))
      await send(client, { type: 'skipped', from: 0, to: start.from, lines: start.first });
    for await (const frame of parts.tail(attempt.data, start.from, mode, goneSignal(client)))
      await send(client, frame);
    client.close(1000);
  };
  return { name: 'log', actor, mayStill: async now => (await parts.log(attempt.data, now)) !== null, show };
}

async function startOf(log: StoredLog, asked: URLSearchParams): Promise<{ first: number; from: number }> {
  const number = (name: string) => {
    const value = Number(asked.get(name));
    return Number.isSafeInteger(value) && value > 0 ? value : 0;
  };
  return asked.has('last') ? log.lastLines(number('last')) : { first: 0, from: number('from') };
}

function showChanges(client: WebSocket, parts: PeopleParts, actor: Actor) {
  const send = (frame: object) => {
    if (client.bufferedAmount > limits.liveBacklogBytes) client.terminate();
    else client.send(JSON.stringify(frame));
  };
  return new Promise<void>((_, fail) => parts.onChange(actor, { send, fail }, goneSignal(client)));
}

function goneSignal(client: WebSocket): AbortSignal {
  const gone = new AbortController();
  client.once('close', () => gone.abort());
  return gone.signal;
}

/** Resolves when the system has taken the frame: whoever reads slowly is waited for, and nothing piles up here. */
function send(client: WebSocket, frame: LogSocketFrame): Promise<void> {
  return new Promise(sent => client.send(JSON.stringify(frame), () => sent()));
}

function keepAlive(client: WebSocket): void {
  let isAlive = true;
  client.on('pong', () => {
    isAlive = true;
  });
  client.on('error', () => client.terminate());
  // Whoever pings and does not read the answers would fill the memory with them.
  client.on('ping', data => {
    if (client.bufferedAmount < limits.liveBacklogBytes) client.pong(data);
  });
  const timer = setInterval(() => {
    if (!isAlive) return client.terminate();
    isAlive = false;
    client.ping();
  }, limits.socketPingMs);
  timer.unref();
  client.once('close', () => clearInterval(timer));
}
