import { SpoolCutError } from './errors.ts';
import { createFrameBuffers } from './frame-buffers.ts';
import type { Redaction } from './redactor.ts';
import type { Spool } from './spool.ts';

export type RedactedReader = {
  /** Place in the log of the next byte that `take` gives. */
  offset(): number;
  /** Bytes in the spool that were not read yet. Throws SpoolCutError when it is shorter than what was read. */
  unread(): number;
  /**
   * The next bytes, at most `maxBytes`; none when there are none now. With `end`, the log is known to end there, and
   * what was held back as the beginning of a secret is given out. Throws SpoolCutError.
   */
  take(maxBytes: number, end: number | null): Uint8Array;
  /** Nobody looks at these bytes, taken before, any more: their memory is used again. */
  giveBack(taken: Uint8Array): void;
  /** Goes on from another place; redaction is the same as if everything before had been read. */
  seek(offset: number): void;
};

const nothing = new Uint8Array(0);

/** Reads the spool as the log that leaves this machine: redacted. One reader, one caller at a time. */
export function createRedactedReader(spool: Spool, redaction: Redaction): RedactedReader {
  let redactor = redaction.start();
  let position = 0;
  let skip = 0;
  let offset = 0;
  let ready: Uint8Array = nothing;
  const buffers = createFrameBuffers();

  const accept = (redacted: Uint8Array) => {
    const skipped = Math.min(skip, redacted.length);
    skip -= skipped;
    ready = redacted.subarray(skipped);
  };

  function read(bytes: number): void {
    const buffer = buffers.take(bytes);
    const count = spool.read(buffer, position);
    if (count === 0) throw new SpoolCutError(spool.path, position + bytes, spool.size());
    position += count;
    accept(redactor.push(buffer.subarray(0, count)));
  }

  const unread = () => {
    const size = spool.size();
    if (size < position) throw new SpoolCutError(spool.path, position, size);
    return size - position;
  };

  return {
    offset: () => offset,
    unread,
    take: (maxBytes, end) => {
      const until = end ?? position + unread();
      while (ready.length === 0 && position < until) read(Math.min(maxBytes, until - position));
      if (ready.length === 0 && end !== null) accept(redactor.flush());
      // A view of nothing would still name the memory of the frame before it, and give that back under a third one.
      if (ready.length === 0) return nothing;
      const taken = ready.subarray(0, maxBytes);
      const isAll = taken.length === ready.length;
      ready = isAll ? nothing : ready.subarray(taken.length);
      if (!isAll) buffers.keep(taken);
      offset += taken.length;
      return taken;
    },
    giveBack: buffers.giveBack,
    seek: to => {
      redactor = redaction.start();
      position = Math.max(0, to - redaction.lookBehindBytes);
      skip = to - position;
      offset = to;
      ready = nothing;
    },
  };
}
