/**
 * Memory for the frames that are on their way, used again when a frame has arrived: fresh memory for each would cost
 * more than all else that is done with its bytes.
 */
import { limits } from '#shared/limits.ts';

export type FrameBuffers = {
  take(bytes: number): Uint8Array;
  /** This is one of several parts of what was taken: none of them says when the memory is free. */
  keep(part: Uint8Array): void;
  /** Nobody looks at what was taken any more, of which this is a part. */
  giveBack(part: Uint8Array): void;
};

/** As many as an owner may leave unanswered. */
const mostFree = limits.logWindowBytes / limits.logFrameBytes;

export function createFrameBuffers(): FrameBuffers {
  const free: ArrayBuffer[] = [];
  const lent = new WeakSet<ArrayBufferLike>();
  return {
    take(bytes) {
      if (bytes > limits.logFrameBytes) return new Uint8Array(bytes);
      const buffer = free.pop() ?? new ArrayBuffer(limits.logFrameBytes);
      lent.add(buffer);
      return new Uint8Array(buffer, 0, bytes);
    },
    keep: ({ buffer }) => void lent.delete(buffer),
    giveBack({ buffer, byteLength }) {
      if (byteLength === 0) return;
      if (lent.delete(buffer) && buffer instanceof ArrayBuffer && free.length < mostFree) free.push(buffer);
    },
  };
}
