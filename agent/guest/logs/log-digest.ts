import { createHash } from 'node:crypto';

export type LogSummary = { bytes: number; lines: number; sha256: string };

export type LogDigest = {
  /** Takes bytes in any order of repetition: what was digested before is passed over. A gap is a bug, and throws. */
  add(offset: number, bytes: Uint8Array): void;
  bytes(): number;
  /** Of all bytes so far. A last line without a newline counts as one. */
  summary(): LogSummary;
};

const newline = 0x0a;

/** Digests a log in order, once, while it is sent, perhaps more than once. */
export function createLogDigest(): LogDigest {
  const hash = createHash('sha256');
  let bytes = 0;
  let newlines = 0;
  let last = newline;
  return {
    add: (offset, chunk) => {
      if (offset > bytes) throw new Error(`digest of a log: bytes ${bytes} to ${offset} were left out`);
      const fresh = chunk.subarray(bytes - offset);
      if (fresh.length === 0) return;
      hash.update(fresh);
      bytes += fresh.length;
      newlines += countNewlines(fresh);
      last = fresh[fresh.length - 1] ?? last;
    },
    bytes: () => bytes,
    summary: () => ({
      bytes,
      lines: newlines + (last === newline ? 0 : 1),
      sha256: hash.copy().digest('hex'),
    }),
  };
}

function countNewlines(bytes: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(newline); at >= 0; at = bytes.indexOf(newline, at + 1)) count++;
  return count;
}
