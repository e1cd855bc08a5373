/**
 * A virtual machine reaches its coordinator at the gateway of its network, under the port numbers that the coordinator
 * has elsewhere; its host carries the connections on. Whatever address such a machine is given, it asks there: HTTP as
 * `../../credentials/route.ts` says, NATS and git as said here.
 */

/** The same address at the gateway; null: there is none, and addresses mean what they say. */
export function viaGateway(url: string, gateway: string | null): string {
  if (gateway === null) return url;
  const [, scheme = '', port = '', rest = ''] =
    /^(\w+:)\/\/(?:\[[^\]]*\]|[^/:?#]*)(:\d+)?(.*)$/.exec(url) ?? [];
  return `${scheme}//${gateway}${port}${rest}`;
}

export type GitRoute = { url: string; config: (readonly [key: string, value: string])[] };

/**
 * What git is told. With TLS the address keeps its name, for the certificate, and git is told where that is (git ≥ 2.37;
 * an older one fails, and the archive comes in its place).
 * @param ca a file of certificates that git believes in place of the system's
 */
export function gitRoute(url: string, gateway: string | null, ca: string | undefined): GitRoute {
  if (!url.startsWith('https:')) return { url: viaGateway(url, gateway), config: [] };
  const { hostname, port } = new URL(url);
  return {
    url,
    config: [
      ...(gateway === null
        ? []
        : [['http.curloptResolve', `${hostname}:${port || 443}:${gateway}`] as const]),
      ...(ca === undefined ? [] : [['http.sslCAInfo', ca] as const]),
    ],
  };
}
