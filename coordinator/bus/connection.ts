import { setTimeout as pause } from 'node:timers/promises';
import type { Authenticator, NatsConnection, Status } from '@nats-io/transport-node';
import { limits } from '#shared/limits.ts';
import { redialPace } from '#shared/redial-pace.ts';
import type { BusLog } from './bus-log.ts';
import { connect } from './connect.ts';
import { BusError, messageOf } from './errors.ts';
import { type BusTls, clientTls } from './login.ts';

export type Connection = {
  nats: NatsConnection;
  isConnected(): boolean;
  close(): Promise<void>;
};

export type ConnectionOptions = {
  /** `host:port`. */
  servers: string;
  tls: BusTls | null;
  name: string;
  authenticator: Authenticator;
  onReconnect(): void;
  log: BusLog;
};

/**
 * The coordinator's connection: once it stands it never gives up, whatever the server says (an expired credential is
 * answered with a new one). Throws `nats-server-failed` when it cannot be made at first.
 */
export async function openConnection(options: ConnectionOptions): Promise<Connection> {
  const { servers, tls, name, authenticator, log } = options;
  const nats = await connect({
    servers,
    ...clientTls(tls),
    name,
    authenticator,
    timeout: limits.natsRequestMs,
    maxReconnectAttempts: -1,
    reconnectDelayHandler: redialPace({
      waitMs: limits.natsRestartFirstMs,
      jitterMs: limits.natsRestartFirstMs,
      monotonicMs: () => performance.now(),
      random: Math.random,
    }),
    ignoreAuthErrorAbort: true,
    ignoreClusterUpdates: true,
    pingInterval: limits.natsPingMs,
    noAsyncTraces: true,
  }).catch(cause => {
    throw new BusError(
      'nats-server-failed',
      `the coordinator cannot log in to nats-server: ${messageOf(cause)}`,
      {
        cause,
      },
    );
  });
  let isUp = true;
  const following = followStatus(nats, status => {
    if (status.type === 'disconnect') isUp = false;
    if (status.type === 'reconnect') isUp = true;
    report(status, log);
    if (status.type === 'reconnect') options.onReconnect();
  });
  return {
    nats,
    isConnected: () => isUp && !nats.isClosed(),
    async close() {
      if (isUp && !nats.isClosed()) await lastBytesOut(nats);
      await nats.close();
      await following;
    },
  };
}

/** What was published reaches the server before the connection ends; a server that hangs is not waited for. */
async function lastBytesOut(nats: NatsConnection): Promise<void> {
  const done = new AbortController();
  const tooLong = pause(limits.natsRequestMs, undefined, { signal: done.signal }).catch(() => {});
  await Promise.race([nats.flush().catch(() => {}), tooLong]);
  done.abort();
}

async function followStatus(nats: NatsConnection, act: (status: Status) => void): Promise<void> {
  for await (const status of nats.status()) act(status);
}

function report(status: Status, log: BusLog): void {
  if (status.type === 'disconnect')
    log.warn(
      {},
      'the connection to nats-server is lost; the coordinator connects again, agents repeat themselves',
    );
  if (status.type === 'reconnect') log.info({}, 'connected to nats-server again');
  if (status.type === 'error') log.warn({ reason: status.error.message }, 'nats-server complained');
}
