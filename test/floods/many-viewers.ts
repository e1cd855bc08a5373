import { expect } from 'vitest';
import { WebSocket } from 'ws';
import { logSocketFrame } from '#shared/api.ts';
import type { Fleet } from '#test/support/fleet/fleet.ts';
import { gate } from '#test/support/fleet/gate.ts';
import { jobOf, openPull, settled, suite } from '#test/support/fleet/story.ts';
import { until } from '#test/support/until.ts';
import { numbersUpTo } from './flood.ts';

const lines = 2_000;
const dialledAtOnce = 50;

export const manyViewers =
  (count: number) =>
  async (fleet: Fleet): Promise<string> => {
    const start = gate(fleet);
    const { head } = await openPull(fleet, suite(`(${start.step}) > /dev/null`, `seq ${lines}`));
    await start.reached();
    const { attempt } = await jobOf(fleet, head);
    const viewers = await connectViewers(fleet, `/api/v1/attempts/${attempt}/log?mode=every-byte`, count);
    await start.open();
    const text = numbersUpTo(lines);
    expect(new Set(await Promise.all(viewers))).toEqual(new Set([text]));
    expect((await settled(fleet, head)).standing).toBe('passed');
    return `${Math.round((count * text.length) / 1_024 ** 2)} MiB sent`;
  };

/** What each of them will have seen when the log ends. */
async function connectViewers(
  { api, url, onClose }: Fleet,
  route: string,
  count: number,
): Promise<Promise<string>[]> {
  const headers = await api.authorization();
  const sockets: WebSocket[] = [];
  onClose(() => {
    for (const socket of sockets) socket.terminate();
  });
  const seen: Promise<string>[] = [];
  for (let number = 1; number <= count; number++) {
    const socket = new WebSocket(url.replace('http', 'ws') + route, { headers });
    sockets.push(socket);
    seen.push(textSeen(socket));
    const areOpen = () => sockets.every(({ readyState }) => readyState === WebSocket.OPEN);
    if (number % dialledAtOnce === 0) await until(`${number} viewers are there`, areOpen);
  }
  return seen;
}

function textSeen(socket: WebSocket): Promise<string> {
  const ended = Promise.withResolvers<string>();
  let text = '';
  socket.on('error', ended.reject);
  socket.on('close', code => ended.reject(new Error(`closed with ${code} after ${text.length} bytes`)));
  socket.on('message', data => {
    const frame = logSocketFrame.parse(JSON.parse(String(data)));
    if (frame.type === 'bytes') text += Buffer.from(frame.bytes, 'base64');
    if (frame.type === 'end') ended.resolve(text);
  });
  ended.promise.catch(() => {}); // whoever waits for it hears of it
  return ended.promise;
}
