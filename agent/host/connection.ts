import { AuthorizationError, connect, type NatsConnection } from '@nats-io/transport-node';
import { limits } from '#shared/limits.ts';
import { redialPace } from '#shared/redial-pace.ts';
import { subjects } from '#shared/subjects.ts';
import { createAuthenticator } from '../credentials/authenticator.ts';
import { nameIn, natsTls } from '../credentials/nats-tls.ts';
import type { Credential } from './credential.ts';

export type Connection = {
  isConnected(): boolean;
  /** One request and its answer, within `limits.renewalReplyMs`. Throws whatever kept the answer from coming. */
  ask(verb: 'report' | 'evidence', payload: string): Promise<Uint8Array>;
  /** Logs in again, with the newest credential and at the address that it names. */
  again(): Promise<void>;
  close(): Promise<void>;
};

export type ConnectionListeners = {
  /** The coordinator has pushed something. */
  onPush: (payload: Uint8Array) => void;
  /** Connected again or disconnected. */
  onChange: (isConnected: boolean) => void;
  /** The server does not let this credential in any more. */
  onRefused: () => void;
};

/** Whether the server has refused the credential, rather than not been there. */
export const isRefusal = (error: unknown): boolean => error instanceof AuthorizationError;

/** Connects; from then on the connection restores itself for ever. Throws when the server cannot be reached now. */
export async function openConnection(
  credential: Credential,
  { onPush, onChange, onRefused }: ConnectionListeners,
): Promise<Connection> {
  const { host } = credential;
  const nats = await dial(credential);
  let isConnected = true;
  const noteChange = (value: boolean) => {
    isConnected = value;
    onChange(value);
  };
  const watched = watch(nats, { onChange: noteChange, onRefused });
  nats.subscribe(subjects.down(host), {
    callback: (error, message) => {
      if (!error) onPush(message.data);
    },
  });
  return {
    isConnected: () => isConnected,
    ask: async (verb, payload) => {
      const options = { timeout: limits.renewalReplyMs };
      return (await nats.request(subjects.up(host, verb), payload, options)).data;
    },
    again: async () => {
      nats.setServers([credential.natsUrl().replace(/^\w+:\/\//, '')]);
      // Does nothing while it is disconnected: then the next try goes to the new address anyway.
      await nats.reconnect();
    },
    close: async () => {
      await nats.close();
      await watched;
    },
  };
}

const dial = (credential: Credential): Promise<NatsConnection> =>
  connect({
    servers: credential.natsUrl(),
    ...natsTls(credential.natsUrl(), credential.authorities, () => nameIn(credential.natsUrl())),
    name: credential.host,
    inboxPrefix: subjects.inboxPrefix(credential.host),
    authenticator: createAuthenticator(credential.key, credential.jwt),
    // A refused login may be cured by the next credential: never a reason to give up.
    ignoreAuthErrorAbort: true,
    maxReconnectAttempts: -1,
    reconnectDelayHandler: redialPace({
      waitMs: limits.natsReconnectMs,
      jitterMs: limits.natsReconnectMs,
      monotonicMs: () => performance.now(),
      random: Math.random,
    }),
    pingInterval: limits.natsPingMs,
    maxPingOut: 2,
    timeout: limits.renewalReplyMs,
  });

/** Ends when the connection is closed; awaited there. */
async function watch(
  nats: NatsConnection,
  { onChange, onRefused }: Pick<ConnectionListeners, 'onChange' | 'onRefused'>,
): Promise<void> {
  for await (const status of nats.status()) {
    if (status.type === 'disconnect') onChange(false);
    if (status.type === 'reconnect') onChange(true);
    if (status.type === 'error' && isRefusal(status.error)) onRefused();
  }
}
