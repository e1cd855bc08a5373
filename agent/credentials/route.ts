/**
 * A virtual machine asks for its coordinator at the gateway of its network, whatever address that has elsewhere. The
 * address keeps its name: in the Host header, in the server name of TLS, and in the certificate that is expected.
 */
import type { RequestOptions } from 'node:https';
import { isIP } from 'node:net';
import type { PeerCertificate } from 'node:tls';

/** Beside the address, for `request` of `node:http` and `node:https`; nothing when there is no gateway. */
export async function routeTo(address: URL, gateway: string | null): Promise<RequestOptions> {
  if (gateway === null) return {};
  const name = address.hostname.replace(/^\[|\]$/g, '');
  const there = { hostname: gateway, headers: { host: address.host } };
  if (address.protocol !== 'https:') return there;
  const { checkServerIdentity } = await import('node:tls');
  return {
    ...there,
    // An address is no server name; its certificate has to be of that address all the same.
    ...(isIP(name) === 0 && { servername: name }),
    checkServerIdentity: (_: string, certificate: PeerCertificate) => checkServerIdentity(name, certificate),
  };
}
