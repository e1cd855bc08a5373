import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import * as z from 'zod';
import { limits } from '#shared/limits.ts';

const info = z.object({ server_name: z.string() });
const lookAgainMs = 20;

/** The address of this computer under which a server that listens on `host` is reached from here. */
export const localAddress = (host: string): string =>
  host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;

/**
 * The name that the nats-server on this address gives itself, or null: nobody listens, or somebody who does not speak
 * NATS. The first line of a NATS server is `INFO {…}`.
 */
export function askServerName(host: string, port: number): Promise<string | null> {
  return new Promise(resolve => {
    const socket = connect({ host: localAddress(host), port, timeout: limits.natsRequestMs });
    let text = '';
    const answer = (name: string | null) => {
      resolve(name);
      socket.destroy();
    };
    socket.on('data', chunk => {
      text += chunk.toString('latin1');
      if (text.includes('\r\n') || text.length > limits.natsPayloadBytes) answer(nameIn(text));
    });
    socket.on('error', () => answer(null));
    socket.on('timeout', () => answer(null));
    socket.on('close', () => answer(null));
  });
}

function nameIn(text: string): string | null {
  try {
    return info.parse(JSON.parse(/^INFO (\{.*\})\s*\r\n/.exec(text)?.[1] ?? '')).server_name;
  } catch {
    return null; // Not a NATS server: the caller asked whether it is ours.
  }
}

/** Waits until the server of that name answers on the port; false after `natsStartMs` or when `signal` is aborted. */
export async function isReady(
  host: string,
  port: number,
  name: string,
  signal: AbortSignal,
): Promise<boolean> {
  const deadline = performance.now() + limits.natsStartMs;
  while (!signal.aborted && performance.now() < deadline) {
    if ((await askServerName(host, port)) === name) return true;
    await pause(lookAgainMs);
  }
  return false;
}
