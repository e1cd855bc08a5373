/** TLS of the connection to NATS: begun in plain text by the server's word, and refused where that word does not come. */
import { checkServerIdentity, type PeerCertificate } from 'node:tls';
import type { TlsOptions } from '@nats-io/transport-node';

export const isTlsAddress = (natsUrl: string): boolean => natsUrl.startsWith('tls:');

/** The name that the certificate of an address has to be for. */
export const nameIn = (natsUrl: string): string => new URL(natsUrl).hostname.replace(/^\[|\]$/g, '');

/**
 * What the NATS client is told beside the address, which enrolment has given. With `tls://` a server that speaks plain text is
 * left, whoever it is: the client throws before it logs in.
 * @param authorities PEM of those that are believed, and no others; null: the usual ones
 * @param expected the name in the newest address, whatever address is connected to
 */
export function natsTls(
  natsUrl: string,
  authorities: string | null,
  expected: () => string,
): { tls?: TlsOptions } {
  if (!isTlsAddress(natsUrl)) return {};
  const tls = {
    ...(authorities === null ? {} : { ca: authorities }),
    checkServerIdentity: (_: string, certificate: PeerCertificate) =>
      checkServerIdentity(expected(), certificate),
  };
  // The client hands on whatever is there to `connect` of `node:tls`; its own type names a part of that.
  return { tls: tls as TlsOptions };
}
