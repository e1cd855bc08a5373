/** Bytes that come when nobody keeps them any more: they are read, so that the writer goes on, counted and dropped. */
import { Socket } from 'node:net';

export type LateBytes = { count(): number; close(): Promise<void> };

/** Takes over the non-blocking end of a pipe and closes it at the pipe's end or at `close()`. */
export function countLateBytes(poll: number): LateBytes {
  let bytes = 0;
  const socket = new Socket({ fd: poll, readable: true, writable: false });
  const closed = new Promise<void>(resolve => socket.once('close', () => resolve()));
  socket.on('data', chunk => {
    bytes += chunk.length;
  });
  // A pipe that fails has no more to count; 'close' follows.
  socket.on('error', () => socket.destroy());
  return {
    count: () => bytes,
    close: async () => {
      socket.destroy();
      await closed;
    },
  };
}
