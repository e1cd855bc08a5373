/**
 * What a Node process really holds: after a full collection of garbage, which resident memory does not show. Asked over the
 * inspector that every Node process opens on SIGUSR1; start it with `NODE_OPTIONS=--inspect-port=0`, so that it takes any port.
 */
import { once } from 'node:events';
import { WebSocket } from 'ws';
import * as z from 'zod';
import type { CoordinatorProcess } from './fleet/coordinator-process.ts';
import { until } from './until.ts';

export const inspectable = { NODE_OPTIONS: '--inspect-port=0' };

const evaluated = z.object({ result: z.object({ result: z.object({ value: z.number() }) }) });
const bytesHeld = '(({ heapUsed, external }) => heapUsed + external)(process.memoryUsage())';

/** In MiB. */
export async function liveMiB({ pid, log }: CoordinatorProcess): Promise<number> {
  process.kill(pid, 'SIGUSR1');
  const address = await until('its inspector listens', () =>
    log()
      .match(/\bws:\/\/127\S+/g)
      ?.at(-1),
  );
  const socket = new WebSocket(address);
  try {
    await once(socket, 'open');
    await ask(socket, 1, 'HeapProfiler.collectGarbage');
    const answer = await ask(socket, 2, 'Runtime.evaluate', { expression: bytesHeld });
    return evaluated.parse(answer).result.result.value / 1_024 ** 2;
  } finally {
    socket.terminate();
  }
}

async function ask(socket: WebSocket, id: number, method: string, params: object = {}): Promise<unknown> {
  socket.send(JSON.stringify({ id, method, params }));
  for (;;) {
    const [data] = await once(socket, 'message');
    const message: { id?: number } = JSON.parse(String(data));
    if (message.id === id) return message;
  }
}
