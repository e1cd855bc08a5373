/** How the coordinator itself comes to its nats-server. */
import { checkServerIdentity, type PeerCertificate } from 'node:tls';
import type { TlsOptions } from '@nats-io/transport-node';
import type { Operator } from './operator.ts';

/** The certificate of the server; asked anew whenever it is needed. */
export type BusTls = {
  /** Key and chain. */
  pem(): string;
  /** PEM of who is believed to have signed it. */
  authorities(): string;
  /** A name that it is for: the coordinator comes to an address of this computer, which it need not be for. */
  name(): string;
};

export type Login = {
  operator: Operator;
  /** `host:port`. */
  servers: string;
  tls: BusTls | null;
};

/** For the NATS client, which reads this at every connect. A server without TLS is none of ours then, and is refused. */
export const clientTls = (tls: BusTls | null): { tls?: TlsOptions } =>
  tls === null
    ? {}
    : {
        tls: {
          get ca() {
            return tls.authorities();
          },
          checkServerIdentity: (_: string, certificate: PeerCertificate) =>
            checkServerIdentity(tls.name(), certificate),
        } as TlsOptions,
      };
