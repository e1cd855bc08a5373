/** WebSockets: a log from any offset, and a feed of what has changed. Read-only; nothing a client sends is acted on. */
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FastifyBaseLogger } from 'fastify';
import { type WebSocket, WebSocketServer } from 'ws';
import { attemptId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import type { PeopleParts } from './parts.ts';

const pingMs = 20_000;

export function addSockets(server: Server, parts: PeopleParts, logger: FastifyBaseLogger): void {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 1_024 });

  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    serve(request).then(
      start => {
        if (!start) return refuse(socket);
        sockets.handleUpgrade(request, socket, head, client => {
          keepAlive(client);
          start(client).catch(error => {
            logger.error({ err: error, url: request.url }, 'a live connection failed');
            client.close(1011);
          });
        });
      },
      error => {
        logger.error({ err: error, url: request.url }, 'a live connection could not be opened');
        refuse(socket);
      },
    );
  });
  server.on('close', () => {
    for (const client of sockets.clients) client.terminate();
  });

  /** What to do on the connection, null when there is nothing for this reader. */
  async function serve(request: IncomingMessage): Promise<((client: WebSocket) => Promise<void>) | null> {
    if (parts.access.refusal(request)) return null;
    const url = new URL(request.url ?? '/', 'http://localhost');
    const reader = parts.access.readerOf(request);
    if (url.pathname === '/api/v1/live')
      return async client =>
        parts.onChange(reader, frame => client.send(JSON.stringify(frame)), goneSignal(client));
    const [, id = ''] = /^\/api\/v1\/attempts\/([^/]+)\/log$/.exec(url.pathname) ?? [];
    const attempt = attemptId.safeParse(id);
    if (!attempt.success || !(await parts.log(attempt.data, reader))) return null;
    const from = offsetOf(url.searchParams.get('from'));
    const mode = url.searchParams.get('mode') === 'every-byte' ? 'every-byte' : 'skip';
    return client => sendLog(client, parts.tail(attempt.data, from, mode, goneSignal(client)));
  }
}

function offsetOf(text: string | null): number {
  const offset = Number(text ?? '0');
  return Number.isSafeInteger(offset) && offset > 0 ? offset : 0;
}

function refuse(socket: Duplex): void {
  socket.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
}

function goneSignal(client: WebSocket): AbortSignal {
  const gone = new AbortController();
  client.once('close', () => gone.abort());
  return gone.signal;
}

async function sendLog(client: WebSocket, frames: ReturnType<PeopleParts['tail']>): Promise<void> {
  for await (const frame of frames) {
    client.send(JSON.stringify(frame));
    await drained(client);
  }
  client.close(1000);
}

/** Waits while the reader is behind; meanwhile the tail skips forward or reads on later: nothing piles up here. */
async function drained(client: WebSocket): Promise<void> {
  while (client.readyState === client.OPEN && client.bufferedAmount > limits.viewerBacklogBytes)
    await new Promise<void>(resume => client.ping(undefined, undefined, () => resume()));
}

/** A peer that does not answer two pings is gone; without this a closed laptop would be a viewer for hours. */
function keepAlive(client: WebSocket): void {
  let isAlive = true;
  client.on('pong', () => {
    isAlive = true;
  });
  client.on('error', () => client.terminate());
  const timer = setInterval(() => {
    if (!isAlive) return client.terminate();
    isAlive = false;
    client.ping();
  }, pingMs);
  timer.unref();
  client.once('close', () => clearInterval(timer));
}
