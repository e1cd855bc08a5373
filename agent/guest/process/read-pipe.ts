/**
 * Reads a step's pipe as it fills. A program that flushes each line would wake its reader for each line, which costs
 * both of them more than the line itself; so after a small read the reader rests, and the lines gather in the pipe.
 */
import { Socket } from 'node:net';
import { limits } from '#shared/limits.ts';

export type PipeReading = {
  /** Resolves after the last byte of the last writer, or when the pipe is closed. */
  ended: Promise<void>;
  /** Whether the pipe is still open here. */
  isOpen(): boolean;
  /** Harmless when repeated. */
  close(): Promise<void>;
};

/** As much as a pipe holds on Linux. */
export const pipeBytes = 64 * 1024;

/** A reader that got as much between two waits is kept busy by the writer: a rest would make it wait. */
const busyBytes = pipeBytes / 4;

/**
 * Takes over the non-blocking end of a pipe and hands on its bytes, in memory that is used again after `take` returns.
 * Ends at the end of the pipe, at an error of it, or at `close()`. After an error bytes may be missing.
 */
export function readPipe(
  poll: number,
  take: (bytes: Uint8Array) => void,
  onError: (error: Error) => void,
): PipeReading {
  let rest: NodeJS.Timeout | undefined;
  let bytesSinceWait = 0;
  const socket = new Socket({
    fd: poll,
    readable: true,
    writable: false,
    onread: { buffer: Buffer.allocUnsafeSlow(pipeBytes), callback: onRead },
  });
  const ended = new Promise<void>(resolve => socket.once('close', () => resolve()));
  // A pipe that fails has nothing more to give; 'close' follows.
  socket.on('error', error => {
    onError(error);
    socket.destroy();
  });
  socket.resume();

  /** False: the socket stops reading until it is resumed. */
  function onRead(count: number, buffer: Uint8Array): boolean {
    take(buffer.subarray(0, count));
    bytesSinceWait += count;
    if (count === pipeBytes) return true;
    const isBusy = bytesSinceWait >= busyBytes;
    bytesSinceWait = 0;
    if (isBusy) return true;
    rest = setTimeout(() => socket.resume(), limits.pipeRestMs);
    return false;
  }

  return {
    ended,
    isOpen: () => !socket.destroyed,
    close: async () => {
      clearTimeout(rest);
      socket.destroy();
      await ended;
    },
  };
}
