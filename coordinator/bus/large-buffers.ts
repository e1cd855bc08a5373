/**
 * Memory for large messages, used again: to get fresh memory from the system, and to have the garbage collector find out
 * that it is free again, costs more than everything else that is done with a frame of a log.
 */
import { limits } from '#shared/limits.ts';

export type LargeBuffers = {
  /** Room for so many bytes, whatever they are now. */
  take(bytes: number): Uint8Array;
  /** Nobody looks at what was taken any more, of which this is a part. Of anything else it does nothing. */
  giveBack(part: Uint8Array): void;
};

/** A frame with its header: what is larger is rare, and gets memory of its own. */
const bufferBytes = limits.logFrameBytes + 64 * 1024;

export function createLargeBuffers(): LargeBuffers {
  const free: ArrayBuffer[] = [];
  const lent = new WeakSet<ArrayBufferLike>();
  return {
    take(bytes) {
      // Of what waits, its bytes are counted: no message may hold much more than those.
      if (bytes > bufferBytes || bytes < bufferBytes / 2) return new Uint8Array(bytes);
      const buffer = free.pop() ?? new ArrayBuffer(bufferBytes);
      lent.add(buffer);
      return new Uint8Array(buffer, 0, bytes);
    },
    giveBack({ buffer }) {
      // Once: what is given back twice would be lent to two.
      if (lent.delete(buffer) && buffer instanceof ArrayBuffer && free.length < limits.busFreeBuffers)
        free.push(buffer);
    },
  };
}
