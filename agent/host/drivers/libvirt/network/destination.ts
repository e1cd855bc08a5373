import type { Destination } from './egress.ts';

/** An authority in ASCII, nothing before it and nothing after; numbers that are addresses in disguise are left to the URL. */
const authority = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+):(\d{1,5})$/i;

/** What `CONNECT` asks for (RFC 9110, 9.3.6); null when it is anything but a host and a port. */
export function destinationOfConnect(target: string): Destination | null {
  const [, host = '', port = ''] = authority.exec(target) ?? [];
  return destinationOf(host, Number(port));
}

/** What a request in absolute form asks for (RFC 9112, 3.2.2), and the path that its server is asked for. */
export function destinationOfUrl(target: string): (Destination & { path: string; authority: string }) | null {
  if (!URL.canParse(target)) return null;
  const url = new URL(target);
  if (url.protocol !== 'http:' || url.username !== '' || url.password !== '') return null;
  const destination = destinationOf(url.hostname, Number(url.port || 80));
  return destination && { ...destination, path: `${url.pathname}${url.search}`, authority: url.host };
}

/** As browsers read it: `0x7f.1`, `017700000001` and `2130706433` are all 127.0.0.1. */
function destinationOf(host: string, port: number): Destination | null {
  if (host === '' || port < 1 || port > 65_535 || !URL.canParse(`http://${host}/`)) return null;
  const name = new URL(`http://${host}/`).hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  return name === '' || name === '.' ? null : { host: name, port };
}
