/**
 * The wire between the coordinator and its machines and hosts: an embedded nats-server, its credentials, and requests
 * with answers. Messages are hints and questions; what counts is in the store. Nothing outside this folder knows NATS.
 */
import { join, resolve } from 'node:path';
import type { CoordinatorId } from '#shared/ids.ts';
import type { RefusalCode } from '#shared/refusals.ts';
import { answerOn, type Handler } from './answering.ts';
import type { BusLog } from './bus-log.ts';
import { createComplaints } from './complaints.ts';
import { openConnection } from './connection.ts';
import { BusError } from './errors.ts';
import { findServer, requireSafeAddress } from './find-server.ts';
import { lockFolder } from './folder-lock.ts';
import type { BusTls, Login } from './login.ts';
import { coordinatorLogin, mintPeer, type PeerCredential } from './mint.ts';
import { loadOperator } from './operator.ts';
import { isForsakenDraft, makePrivateFolder, removeFiles, replacePrivateFile } from './private-file.ts';
import { pushClaims } from './push-claims.ts';
import { localAddress } from './readiness.ts';
import { openRevocationBook } from './revocation-book.ts';
import type { RevokedKey } from './revocations.ts';
import { createRevoker } from './revoke.ts';
import { startServer } from './server.ts';
import { filesIn } from './server-config.ts';

export type Bus = {
  /** Where agents find the server; the same after every restart. */
  natsUrl: string;
  isConnected(): boolean;
  /**
   * Answers the requests on a subject (wildcards allowed). Handlers of one sender run one after the other, in the order
   * of arrival; a handler that throws gives no answer but a log line. Waiting requests are bounded (`busSender…`).
   */
  answer(subject: string, handler: Handler): void;
  /** A hint: dropped when there is no connection. Throws when the message is larger than `natsPayloadBytes`. */
  publish(subject: string, message: object): void;
  /** The JWT with which a peer logs in: 0.1 ms. */
  mintPeer(peer: PeerCredential): string;
  /** Ends the connections of these keys and refuses them from now on; see `Revoker`. */
  revoke(keys: readonly RevokedKey[]): Promise<void>;
  /** Called after every return of a lost connection, when requests may have been lost. */
  onReconnect(act: () => void): void;
  /** The server shows the newest certificate from now on; whoever is connected connects once more. */
  renewCertificate(): Promise<void>;
  /** Waits for running handlers, then ends the connection and the server. */
  close(): Promise<void>;
};

export type BusOptions = {
  /** The data directory; the bus keeps to `<dir>/nats`. */
  dir: string;
  coordinator: CoordinatorId;
  /** Where nats-server listens; default 127.0.0.1. Anything public needs a patched release. */
  host?: string | undefined;
  /** A fixed port; 0, or left out: the remembered one, else a free one. */
  port?: number | undefined;
  /** What agents call this computer; default `host`. Needed when `host` means every address. */
  publicHost?: string | undefined;
  /** With it the server speaks TLS, and nothing else. */
  tls?: BusTls | null | undefined;
  serverPath?: string | undefined;
  log: BusLog;
  /** Told of each message that is refused. */
  refused?: ((code: RefusalCode) => void) | undefined;
  /** Ends the start; afterwards use `close`. */
  signal: AbortSignal;
};

/** Starts (or adopts) the server and connects. Throws `BusError`, or the signal's reason; then nothing is left running. */
export async function startBus(options: BusOptions): Promise<Bus> {
  const closers: Closer[] = [];
  try {
    return await assemble(options, closers);
  } catch (error) {
    await closeAll(closers);
    throw error;
  }
}

type Closer = () => Promise<void>;

async function assemble(options: BusOptions, closers: Closer[]): Promise<Bus> {
  const { host = '127.0.0.1', publicHost = host, tls = null, log, refused = () => {}, signal } = options;
  requireReachable(publicHost);
  const { files, program, operator, book } = await openFolder(options, host, closers);
  const plan = {
    files,
    program,
    operator,
    host,
    certificate: tls?.pem() ?? null,
    port: options.port || undefined,
  };
  const writeCertificate = async () => tls && (await replacePrivateFile(files.certificate, tls.pem()));
  await writeCertificate();
  const server = await startServer({ ...plan, beforeSpawn: book.writeClaims, log, signal });
  closers.push(server.close);

  const login: Login = { operator, servers: hostPort(localAddress(host), server.port), tls };
  const complain = createComplaints(log);
  // An adopted server may still have the claims from before a revocation that was stored but not pushed.
  await pushClaims(login, book.claims());
  const revoker = createRevoker({ book, push: claims => pushClaims(login, claims), complain });
  closers.push(revoker.close);

  const { connection, onReconnect } = await logIn(options, login);
  closers.push(connection.close);
  signal.throwIfAborted();
  let closing: Promise<void> | null = null;
  return {
    natsUrl: `${tls ? 'tls' : 'nats'}://${hostPort(publicHost, server.port)}`,
    isConnected: connection.isConnected,
    answer: (subject, handler) =>
      void closers.push(answerOn(subject, handler, connection, { complain, refused })),
    publish(subject, message) {
      if (connection.isConnected()) connection.nats.publish(subject, JSON.stringify(message));
    },
    mintPeer: peer => mintPeer(operator, peer, Date.now()),
    revoke: revoker.revoke,
    onReconnect,
    async renewCertificate() {
      if (!tls || closing) return;
      await writeCertificate();
      await server.reload();
    },
    close() {
      closing ??= closeAll(closers);
      return closing;
    },
  };
}

/** Everything that lies on disk: the folder is ours alone, the keys exist, what was revoked is known. */
async function openFolder({ dir, serverPath, signal }: BusOptions, host: string, closers: Closer[]) {
  const program = await findServer(serverPath, signal);
  requireSafeAddress(host, program);
  const files = filesIn(join(resolve(dir), 'nats'));
  for (const folder of [files.folder, files.logs, files.accounts]) await makePrivateFolder(folder);
  closers.push(await lockFolder(files.lock));
  for (const folder of [files.folder, files.accounts]) await removeFiles(folder, isForsakenDraft);
  const operator = await loadOperator(files.keys, Date.now());
  return { files, program, operator, book: await openRevocationBook(files, operator) };
}

async function logIn({ coordinator, log }: BusOptions, { operator, servers, tls }: Login) {
  const listeners: (() => void)[] = [];
  const tellAll = () => {
    for (const act of listeners) act();
  };
  const authenticator = coordinatorLogin(operator, coordinator);
  const connection = await openConnection({
    servers,
    tls,
    name: coordinator,
    authenticator,
    log,
    onReconnect: tellAll,
  });
  return { connection, onReconnect: (act: () => void) => void listeners.push(act) };
}

/** In reverse, every one of them; then throws the first failure, if there was one. */
async function closeAll(closers: Closer[]): Promise<void> {
  const failures: unknown[] = [];
  for (const close of closers.splice(0).reverse())
    await close().catch(error => {
      failures.push(error);
    });
  if (failures.length > 0) throw failures[0];
}

const hostPort = (host: string, port: number): string =>
  host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;

/** "Every address" is none that an agent could dial. */
function requireReachable(publicHost: string): void {
  if (localAddress(publicHost) === publicHost) return;
  throw new BusError(
    'public-host-missing',
    `nats-server listens on ${publicHost}, which agents cannot dial; say under which name or address they reach this computer`,
  );
}
