/** A listening server before there is an app: its address is part of what the app is made of. */
import {
  createServer as createPlainServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { FastifyBaseLogger } from 'fastify';
import { limits } from '#shared/limits.ts';
import { problem, refuse } from '../ground/refuse.ts';
import { networkOf } from './rate-limit.ts';
import { isLoopback } from './sender.ts';

export type Listener = {
  server: Server;
  url: string;
  port: number;
  isTls: boolean;
  /** Shows other certificates from now on; connections that stand go on. Only for a listener that speaks TLS. */
  show(shown: Shown | null): void;
  /** Somebody answers requests from now on: those that came before are handed over. */
  open(): void;
  close(): Promise<void>;
};

/** A certificate with its key, in PEM; `local`: for whoever asks for `localhost`. */
export type Shown = { key: string; chain: string; local: { key: string; chain: string } };

/** How long and how many connections may be. */
export type ListenerBounds = {
  /** A request whole, and its headers. */
  requestMs: number;
  headersMs: number;
  checkMs: number;
  perAddress: number;
  /** Of whose connections nobody counts how many there are. */
  isExempt(address: string | undefined): boolean;
  /** Told of each connection that is closed because there are too many. */
  refused(): void;
};

export const listenerBounds: ListenerBounds = {
  requestMs: limits.requestMs,
  headersMs: limits.headersMs,
  checkMs: limits.connectionCheckMs,
  perAddress: limits.connectionsPerAddress,
  isExempt: isLoopback,
  refused: () => {},
};

/** The address cannot be listened on. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
  readonly code = 'cannot-listen';
}

const reasons: Record<string, string> = {
  EADDRINUSE: 'something else listens there; stop it or choose another port (0 takes any free one)',
  EACCES: 'ports below 1024 need privileges; choose another port',
  EADDRNOTAVAIL: 'this computer has no such address',
};

/**
 * @param shown with it the listener speaks TLS, and nothing else
 * @throws ListenError in one sentence that says what to do.
 */
export async function listen(
  what: string,
  { host, port }: { host: string; port: number },
  shown: Shown | null = null,
  bounds: ListenerBounds = listenerBounds,
): Promise<Listener> {
  const manners = mannersOf(bounds);
  const { server, show } = shown
    ? serveTls(shown, manners)
    : { server: createPlainServer(manners), show: () => {} };
  const admit = countConnections(bounds);
  const open = holdRequests(server);
  const connections = new Set<Socket>();
  server.on('connection', socket => {
    if (!admit(socket)) return;
    connections.add(socket);
    // A peer that vanished without a word is noticed, also on a stream that has nothing to say for hours.
    socket.setKeepAlive(true, limits.keepAliveMs);
    socket.once('close', () => connections.delete(socket));
  });
  await new Promise<void>((listening, failed) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reason = reasons[error.code ?? ''] ?? error.message;
      failed(new ListenError(`${what} cannot listen on ${host}:${port}: ${reason}`, { cause: error }));
    });
    server.listen(port, host, listening);
  });
  const { port: actual } = server.address() as AddressInfo;
  // A name is asked for in TLS, an address is not: by it the certificate for this computer is found.
  const isHere = ['0.0.0.0', '::', ...(shown ? ['127.0.0.1', '::1'] : [])].includes(host);
  const name = isHere ? 'localhost' : host;
  return {
    server,
    port: actual,
    isTls: shown !== null,
    url: `${shown ? 'https' : 'http'}://${name.includes(':') ? `[${name}]` : name}:${actual}`,
    show: next => void (next && show(next)),
    open,
    close: () => closeServer(server, connections),
  };
}

/** `Upgrade: h2c`, which curl sends on request, is a wish; only a WebSocket leaves HTTP. */
const mannersOf = ({ requestMs, headersMs, checkMs }: ListenerBounds) => ({
  shouldUpgradeCallback: ({ headers }: IncomingMessage): boolean =>
    headers.upgrade?.toLowerCase() === 'websocket',
  requestTimeout: requestMs,
  headersTimeout: Math.min(headersMs, requestMs),
  connectionsCheckingInterval: checkMs,
});

/** False: its network has as many as it may, and this one is closed before a byte of it is read. */
function countConnections({ perAddress, isExempt, refused }: ListenerBounds): (socket: Socket) => boolean {
  const open = new Map<string, number>();
  return socket => {
    const { remoteAddress } = socket;
    if (remoteAddress === undefined || isExempt(remoteAddress)) return true;
    const network = networkOf(remoteAddress);
    const count = open.get(network) ?? 0;
    if (count >= perAddress) {
      refused();
      socket.destroy();
      return false;
    }
    open.set(network, count + 1);
    socket.once('close', () => {
      const left = (open.get(network) ?? 1) - 1;
      if (left > 0) open.set(network, left);
      else open.delete(network);
    });
    return true;
  };
}

function serveTls(
  first: Shown,
  manners: ReturnType<typeof mannersOf>,
): { server: Server; show: (shown: Shown) => void } {
  let here: SecureContext;
  const contextOf = ({ key, chain }: Pick<Shown, 'key' | 'chain'>) => ({
    key,
    cert: chain,
    minVersion: 'TLSv1.2' as const,
  });
  const server = createTlsServer({
    ...manners,
    ...contextOf(first),
    handshakeTimeout: limits.tlsHandshakeMs,
    SNICallback: (name, answer) => answer(null, name === 'localhost' ? here : undefined),
  });
  const show = (shown: Shown) => {
    here = createSecureContext(contextOf(shown.local));
    server.setSecureContext(contextOf(shown));
  };
  show(first);
  return { server, show };
}

/**
 * A coordinator listens before it can answer. Without anybody to hear them, requests of that time would never be answered, not
 * even when it is up: a webhook would be lost, and whoever asks would wait until they lose patience.
 */
function holdRequests(server: Server): () => void {
  const early: [IncomingMessage, ServerResponse][] = [];
  const hold = (request: IncomingMessage, response: ServerResponse) => {
    if (server.listenerCount('request') > 1) return;
    if (early.length < limits.earlyRequests) early.push([request, response]);
    else refuse(response, problem('unavailable', 'the coordinator starts; try again'));
  };
  server.on('request', hold);
  return () => {
    server.off('request', hold);
    for (const [request, response] of early.splice(0)) server.emit('request', request, response);
  };
}

/** Stops listening and cuts what is open: streams to guests and browsers would otherwise keep it for hours. */
async function closeServer(server: Server, connections: ReadonlySet<Socket>): Promise<void> {
  const closed = new Promise<void>(resolve => server.close(() => resolve()));
  // Not `closeAllConnections`: to the server, a connection that became a WebSocket is none of its own any more.
  for (const connection of connections) connection.destroy();
  await closed;
}

/** The system has no more file descriptors, say: who wanted to connect tries again; nobody else is concerned. */
export function reportRefused(server: Server, logger: FastifyBaseLogger): void {
  server.on('error', error => logger.error({ err: error }, 'a connection could not be accepted'));
}
