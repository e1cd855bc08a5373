// Frames of a log to what its view shows: bytes by offset, and marks at the byte where they hold, whichever came first.
import { fromBase64 } from './log-text.js';

/** `place` is told of each mark when the bytes before it are shown. */
export function createLogReader(view, { place, end }) {
  const marks = [];
  let decoder = new TextDecoder();
  let pending = [];
  let offset = 0;

  const placeUpTo = limit => {
    while (pending.length > 0 && pending[0].offset <= limit) place(pending.shift());
  };

  function write(bytes) {
    view.write(decoder.decode(bytes, { stream: true }));
    offset += bytes.length;
    placeUpTo(offset);
  }

  const inOrder = list => list.sort((a, b) => a.offset - b.offset || a.seq - b.seq);

  /** The agent sends its log anew from here: what was shown beyond is void. */
  function begin(at) {
    view.clear();
    decoder = new TextDecoder();
    pending = inOrder([...marks]);
    offset = at;
  }

  const handlers = {
    bytes(frame) {
      if (frame.offset < offset) begin(frame.offset);
      placeUpTo(offset);
      let bytes = fromBase64(frame.bytes);
      while (pending.length > 0 && pending[0].offset < offset + bytes.length) {
        const before = pending[0].offset - offset;
        write(bytes.subarray(0, before));
        bytes = bytes.subarray(before);
      }
      write(bytes);
    },
    skipped(frame) {
      view.skip(frame.lines);
      decoder = new TextDecoder();
      offset = frame.to;
      placeUpTo(offset);
    },
    marks(frame) {
      const fresh = frame.marks.filter(({ seq }) => marks.every(mark => mark.seq !== seq));
      marks.push(...fresh);
      pending = inOrder([...pending, ...fresh]);
      placeUpTo(offset);
    },
    end({ seal }) {
      view.write(decoder.decode());
      placeUpTo(Number.POSITIVE_INFINITY);
      end(seal);
    },
  };

  return { take: frame => handlers[frame.type](frame), offset: () => offset };
}
