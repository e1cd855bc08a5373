/** A WebSocket of the people's listener, as a program opens it; what comes is kept in order. */
import { once } from 'node:events';
import { type ClientOptions, WebSocket } from 'ws';
import { type LiveFrame, type LogSocketFrame, liveFrame, logSocketFrame } from '#shared/api.ts';

export type Watch<Frame> = {
  socket: WebSocket;
  frames: Frame[];
  /** The bytes of all frames so far, in order. */
  text(): string;
  /** Resolves with the close code. */
  closed: Promise<number>;
};

async function open<Frame>(
  address: string,
  parse: (value: unknown) => Frame,
  options: ClientOptions,
): Promise<Watch<Frame>> {
  const socket = new WebSocket(address.replace(/^http/, 'ws'), options);
  const frames: Frame[] = [];
  socket.on('message', data => frames.push(parse(JSON.parse(String(data)))));
  const closed = new Promise<number>(resolve => socket.once('close', resolve));
  // Rejects when it is refused.
  await once(socket, 'open');
  const bytesOf = (frame: unknown) => {
    const { data } = logSocketFrame.safeParse(frame);
    return data?.type === 'bytes' ? Buffer.from(data.bytes, 'base64') : Buffer.alloc(0);
  };
  return { socket, frames, closed, text: () => Buffer.concat(frames.map(bytesOf)).toString() };
}

export const watchLog = (
  url: string,
  attempt: string,
  query = '',
  options: ClientOptions = {},
): Promise<Watch<LogSocketFrame>> =>
  open(`${url}/api/v1/attempts/${attempt}/log${query}`, value => logSocketFrame.parse(value), options);

export const watchChanges = (url: string, options: ClientOptions = {}): Promise<Watch<LiveFrame>> =>
  open(`${url}/api/v1/live`, value => liveFrame.parse(value), options);
