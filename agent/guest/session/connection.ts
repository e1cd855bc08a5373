import { connect, type NatsConnection } from '@nats-io/transport-node';
import type { MachineId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { redialPace } from '#shared/redial-pace.ts';
import { subjects } from '#shared/subjects.ts';
import { createAuthenticator } from '../../credentials/authenticator.ts';
import { natsTls } from '../../credentials/nats-tls.ts';
import type { Diagnostics } from '../diagnostics.ts';
import { RequestFailed, reasonOf } from '../errors.ts';
import { backOff, orAborted, pause } from '../waiting.ts';
import type { Credential } from './credential.ts';
import { requestFrame } from './frame-request.ts';
import type { Timings } from './timings.ts';

export type RequestOptions = {
  timeoutMs: number;
  signal: AbortSignal;
  /** The log frame header, as one line of JSON in ASCII: the payload is a frame, and is sent without a copy. */
  frame?: string;
};

/** The machine's way to the coordinator. It reconnects for ever; what is asked while it is down fails at once. */
export type Connection = {
  /** One request, one answer. Throws `RequestFailed`, or the signal's reason. */
  request(subject: string, payload: Uint8Array, options: RequestOptions): Promise<Uint8Array>;
  isConnected(): boolean;
  /** What the coordinator pushes to this machine, from now on. */
  onPush(listener: (payload: Uint8Array) => void): void;
  /** Called each time when the connection is there again. */
  onReconnect(listener: () => void): void;
  /** Where to connect from now on: NATS has moved. */
  moveTo(natsUrl: string): void;
  close(): Promise<void>;
};

export type ConnectionOptions = {
  machine: MachineId;
  credential: Credential;
  timings: Timings;
  log: Diagnostics;
  signal: AbortSignal;
};

const handshakeMs = 10_000;

/**
 * Connects to the NATS server that the credential names, with back-off until the signal aborts; after each failure it
 * enrols again, for the address or the credential may be what is wrong. Throws the signal's reason.
 */
export async function openConnection(options: ConnectionOptions): Promise<Connection> {
  const { signal, log, timings, credential } = options;
  const waits = backOff(timings.retryFirstMs, timings.retryMaxMs);
  while (true) {
    signal.throwIfAborted();
    try {
      return serve(await dial(options), options);
    } catch (error) {
      log('connect-failed', { message: reasonOf(error) });
    }
    await pause(waits.next().value, signal);
    signal.throwIfAborted();
    await credential.refresh(signal).catch(error => log('enrolment-failed', { message: reasonOf(error) }));
  }
}

function dial({ machine, credential }: ConnectionOptions): Promise<NatsConnection> {
  return connect({
    servers: credential.answer().natsUrl,
    ...natsTls(credential.answer().natsUrl, credential.authorities, () => credential.answer().natsName),
    name: machine,
    inboxPrefix: subjects.inboxPrefix(machine),
    authenticator: createAuthenticator(credential.key, () => credential.answer().jwt),
    // A refused login may be cured by the next credential: never a reason to give up.
    ignoreAuthErrorAbort: true,
    maxReconnectAttempts: -1,
    reconnectDelayHandler: redialPace({
      waitMs: 250,
      jitterMs: 1_000,
      monotonicMs: () => performance.now(),
      random: Math.random,
    }),
    // Seconds, not the default 2 minutes: a machine restored from a snapshot has a dead connection and must notice.
    pingInterval: limits.natsPingMs,
    maxPingOut: 2,
    timeout: handshakeMs,
    noAsyncTraces: true,
  });
}

function serve(nats: NatsConnection, { machine, log }: ConnectionOptions): Connection {
  const listeners: Array<() => void> = [];
  // Aborts when the connection is lost: an answer to what was asked over it will never come.
  let link = new AbortController();
  const watching = watch(nats, log, isConnected => {
    if (!isConnected) return link.abort(new Error('the connection to the coordinator was lost'));
    link = new AbortController();
    for (const listener of listeners) listener();
  });
  return {
    isConnected: () => !link.signal.aborted,
    onPush(listener) {
      nats.subscribe(subjects.down(machine), {
        callback: (error, message) => {
          if (!error) listener(message.data);
        },
      });
    },
    onReconnect: listener => void listeners.push(listener),
    moveTo: natsUrl => nats.setServers([new URL(natsUrl).host]),
    async request(subject, payload, request) {
      // The library would queue it and send it, stale, after the reconnect.
      if (link.signal.aborted)
        throw new RequestFailed(`${subject}: there is no connection to the coordinator`);
      return ask(nats, subject, payload, { ...request, link: link.signal });
    },
    async close() {
      await nats.close();
      await watching;
    },
  };
}

async function ask(
  nats: NatsConnection,
  subject: string,
  payload: Uint8Array,
  { timeoutMs, signal, frame, link }: RequestOptions & { link: AbortSignal },
): Promise<Uint8Array> {
  try {
    const asked =
      frame === undefined
        ? nats.request(subject, payload, { timeout: timeoutMs })
        : requestFrame(nats, { subject, header: frame, payload, timeoutMs });
    return (await orAborted(orAborted(asked, link), signal)).data;
  } catch (cause) {
    signal.throwIfAborted();
    throw new RequestFailed(`${subject}: ${reasonOf(cause)}`, { cause });
  }
}

/** Owned by `close`: the library ends the iteration when the connection is closed. */
async function watch(
  nats: NatsConnection,
  log: Diagnostics,
  onChange: (isConnected: boolean) => void,
): Promise<void> {
  for await (const status of nats.status()) {
    if (status.type === 'disconnect' || status.type === 'reconnect') {
      log(`nats-${status.type}`, { server: status.server });
      onChange(status.type === 'reconnect');
    }
    if (status.type === 'error') log('nats-error', { message: status.error.message });
  }
}
