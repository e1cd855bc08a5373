/** Whose connection this is, for bounds on each: a proxy on this computer speaks for somebody else. */
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

/** The address of whoever sent the request; null for this computer itself, and for a proxy here that names none. */
export function senderOf({ socket, headers }: Pick<IncomingMessage, 'socket' | 'headers'>): string | null {
  const { remoteAddress } = socket;
  if (!isLoopback(remoteAddress)) return remoteAddress ?? null;
  // The proxy appends what it sees; what stands before that was written by its client.
  const named =
    String(headers['x-forwarded-for'] ?? '')
      .split(',')
      .at(-1)
      ?.trim() ?? '';
  return isIP(named) === 0 || isLoopback(named) ? null : named;
}

/** The same as a text, for counts and the audit log: this computer has its own. */
export const addressOf = (request: Pick<IncomingMessage, 'socket' | 'headers'>): string =>
  senderOf(request) ?? String(request.socket.remoteAddress);

export const isLoopback = (address = ''): boolean => /^(?:::ffff:)?127\.|^::1$/.test(address);
