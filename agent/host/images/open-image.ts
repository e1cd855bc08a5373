import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { get } from 'node:https';
import type { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { routeTo } from '../../credentials/route.ts';

export type Opened = {
  status: number;
  header(name: string): string | null;
  body: Readable | ReadableStream | null;
};

/**
 * Asks for a file of an image. The coordinator, which is shown a token, is believed by the host's own authorities and asked
 * without a detour; anybody else by the usual ones. Rejects with the system's error, or the signal's reason.
 */
export async function openImage(
  { url, token }: { url: string; token: string | null },
  authorities: string | null,
  signal: AbortSignal,
): Promise<Opened> {
  if (token !== null && authorities !== null && url.startsWith('https:'))
    return openPinned(url, token, authorities, signal);
  const { body, status, headers } = await fetch(url, {
    signal,
    headers: token === null ? {} : { authorization: `Bearer ${token}` },
    redirect: token === null ? 'follow' : 'error',
  });
  return { status, header: name => headers.get(name), body };
}

async function openPinned(
  url: string,
  token: string,
  authorities: string,
  signal: AbortSignal,
): Promise<Opened> {
  const address = new URL(url);
  const route = await routeTo(address, { gateway: null, authorities });
  const request = get(address, {
    ...route,
    signal,
    agent: false,
    headers: { authorization: `Bearer ${token}` },
  });
  const [body] = (await once(request, 'response')) as [IncomingMessage];
  const status = body.statusCode ?? 0;
  // What is said of a refusal is not read.
  if (status !== 200) body.destroy();
  return {
    status,
    header: name => [body.headers[name] ?? []].flat().join(', ') || null,
    body: status === 200 ? body : null,
  };
}
