/** Whose connection this is, for bounds on each: a proxy on this computer speaks for somebody else. */
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

/** The address of whoever sent the request, as Fastify has it with `trustProxy: 'loopback'`; null for this computer itself. */
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

export const isLoopback = (address = ''): boolean => /^(?:::ffff:)?127\.|^::1$/.test(address);
