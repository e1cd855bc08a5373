import type { Mark } from '#shared/attempt.ts';
import { createLogDigest, type LogSummary } from './log-digest.ts';
import { createRedactedReader } from './redacted-reader.ts';
import type { Redaction } from './redactor.ts';
import type { Spool } from './spool.ts';

/** `offset` is the place of the first byte in the log; `marks` follow the last mark of the frame before. */
export type OutgoingFrame = { offset: number; bytes: Uint8Array; marks: Mark[] };

export type FrameSource = {
  addMark(mark: Mark): void;
  /** The log ends at the spool's present size; nothing that comes later belongs to it. Throws SpoolCutError. */
  end(): void;
  /** The next frame with at most `maxBytes`, null when there is nothing to send now. Throws SpoolCutError. */
  next(maxBytes: number): OutgoingFrame | null;
  /** A frame has arrived: the memory of its bytes is used again. */
  giveBack(frame: OutgoingFrame): void;
  /** Begins again at these places. */
  rewind(bytes: number, marks: number): void;
  /** Where the next frame begins. */
  place(): { bytes: number; marks: number };
  unread(): number;
  /** Length and number of marks of the whole log once it has ended, else null. */
  total(): { bytes: number; marks: number } | null;
  summary(): LogSummary;
};

/** Cuts spool and marks into frames, as often as asked, and digests every byte once. */
export function createFrameSource(spool: Spool, redaction: Redaction): FrameSource {
  const reader = createRedactedReader(spool, redaction);
  const digest = createLogDigest();
  const marks: Mark[] = [];
  let marksTaken = 0;
  let end: number | null = null;
  return {
    addMark: mark => {
      if (mark.seq !== marks.length) throw new Error(`mark ${mark.seq} came where ${marks.length} was due`);
      marks.push(mark);
    },
    end: () => {
      reader.unread();
      end ??= spool.size();
    },
    next: maxBytes => {
      const offset = reader.offset();
      const bytes = reader.take(maxBytes, end);
      digest.add(offset, bytes);
      const taken = marks.slice(marksTaken);
      marksTaken = marks.length;
      return bytes.length + taken.length === 0 ? null : { offset, bytes, marks: taken };
    },
    giveBack: ({ bytes }) => reader.giveBack(bytes),
    rewind: (toBytes, toMarks) => {
      reader.seek(toBytes);
      marksTaken = toMarks;
    },
    place: () => ({ bytes: reader.offset(), marks: marksTaken }),
    unread: reader.unread,
    total: () => (end === null ? null : { bytes: end, marks: marks.length }),
    summary: digest.summary,
  };
}
