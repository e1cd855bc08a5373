/**
 * A virtual machine asks for its coordinator at the gateway of its network, whatever address that has elsewhere. The
 * address keeps its name: in the Host header, in the server name of TLS, and in the certificate that is expected.
 */
import type { RequestOptions } from 'node:https';
import { isIP } from 'node:net';
import type { PeerCertificate } from 'node:tls';

/** How the coordinator is reached, and whose word counts for it. */
export type Way = {
  /** Where a virtual machine asks for its coordinator; null: where addresses say. */
  gateway: string | null;
  /** PEM of the authorities that are believed, and no others; null: those that everybody believes. */
  authorities: string | null;
};

/** Addresses mean what they say, and the usual authorities are believed. */
export const usualWay: Way = { gateway: null, authorities: null };

/** Beside the address, for `request` of `node:http` and `node:https`. */
export async function routeTo(address: URL, { gateway, authorities }: Way): Promise<RequestOptions> {
  const isTls = address.protocol === 'https:';
  const believed = isTls && authorities !== null ? { ca: authorities } : {};
  if (gateway === null) return believed;
  const name = address.hostname.replace(/^\[|\]$/g, '');
  const there = { ...believed, hostname: gateway, headers: { host: address.host } };
  if (!isTls) return there;
  const { checkServerIdentity } = await import('node:tls');
  return {
    ...there,
    // An address is no server name; its certificate has to be of that address all the same.
    ...(isIP(name) === 0 && { servername: name }),
    checkServerIdentity: (_: string, certificate: PeerCertificate) => checkServerIdentity(name, certificate),
  };
}
