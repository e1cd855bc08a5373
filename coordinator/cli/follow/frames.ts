/** The coordinator's WebSockets as async iterables with backpressure: a slow reader stops the socket, not the memory. */
import { createWebSocketStream, WebSocket } from 'ws';
import type { z } from 'zod';
import { authorization, type Client, unreachable } from '../client.ts';
import { CliError } from '../errors.ts';
import { texts } from '../texts.ts';

export type Reading = { signal: AbortSignal; onOpen?: () => void };

/**
 * The frames that the coordinator sends on `path`, until it closes the connection or the signal aborts (then it ends
 * without an error). @throws CliError `unreachable`, `refused`, `not-understood`
 */
export async function* readFrames<Schema extends z.ZodType>(
  client: Client,
  path: string,
  schema: Schema,
  { signal, onOpen }: Reading,
): AsyncGenerator<z.output<Schema>> {
  if (signal.aborted) return;
  const socket = new WebSocket(client.url.replace(/^http/, 'ws') + path, { headers: authorization(client) });
  if (onOpen) socket.once('open', onOpen);
  const frames = createWebSocketStream(socket, { readableObjectMode: true });
  const stop = () => socket.terminate();
  signal.addEventListener('abort', stop, { once: true });
  try {
    for await (const text of frames) yield parse(client, path, schema, String(text));
  } catch (cause) {
    if (signal.aborted) return;
    throw cause instanceof CliError ? cause : failureOf(client, cause);
  } finally {
    signal.removeEventListener('abort', stop);
    socket.terminate();
  }
}

function parse<Schema extends z.ZodType>(
  { url }: Client,
  path: string,
  schema: Schema,
  text: string,
): z.output<Schema> {
  const frame = schema.safeParse(JSON.parse(text));
  if (frame.success) return frame.data;
  throw new CliError(
    'not-understood',
    texts.notUnderstood(url, path, frame.error.message),
    texts.hints.version,
  );
}

/** An answer that is no WebSocket (the only one the coordinator gives is 404) is final, everything else may pass. */
function failureOf(client: Client, cause: unknown): CliError {
  const isRefused = cause instanceof Error && /^Unexpected server response: 4\d\d$/.test(cause.message);
  return isRefused
    ? new CliError('refused', texts.noSuchLog(client.url), texts.hints.runs, { cause })
    : unreachable(client, cause);
}
