/**
 * What the guest's bundle has in place of `node:tls` (`coordinator/build/bundle-agents.ts`), for the NATS client loads that whether it needs
 * it or not: in an emulated machine a quarter of a second and more, since Node reads every root certificate then.
 */
import { createRequire } from 'node:module';
import type { Socket } from 'node:net';
import type * as Tls from 'node:tls';

const load = (): typeof Tls => createRequire(import.meta.url)('node:tls');

export const connect = ((...args: Parameters<typeof Tls.connect>) =>
  load().connect(...args)) as typeof Tls.connect;

export const checkServerIdentity: typeof Tls.checkServerIdentity = (...args) =>
  load().checkServerIdentity(...args);

/** Only ever asked whether a socket is one. */
export const TLSSocket = {
  [Symbol.hasInstance]: (socket: Partial<Tls.TLSSocket> & Partial<Socket>): boolean =>
    socket.encrypted === true,
};
