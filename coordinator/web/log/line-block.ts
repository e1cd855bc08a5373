/**
 * Some lines of a log, one after the other, as the bytes they are. Text is made of a line when it is looked at: bytes are
 * not part of the script's heap, and what is no UTF-8 harms no other line, since no character contains a line end.
 */
export type LineBlock = {
  /** The number of its first line in the log, from 0. */
  readonly first: number;
  /** Where its first byte stands in the log. */
  readonly offset: number;
  bytes: Uint8Array;
  /** So many of `bytes` are in use; a block at the end of a live log has room for more. */
  used: number;
  /** Where each line begins in `bytes`. */
  readonly starts: number[];
  /** Bytes that belong to the end of its last line and are not here. */
  cut: number;
};

export const newline = 0x0a;

/** A block of complete lines; only the last line of a log may lack its end. */
export function blockOf(first: number, offset: number, bytes: Uint8Array, cut = 0): LineBlock {
  const starts: number[] = [];
  for (let at = 0; at < bytes.length; ) {
    starts.push(at);
    const end = bytes.indexOf(newline, at);
    at = end === -1 ? bytes.length : end + 1;
  }
  return { first, offset, bytes, used: bytes.length, starts, cut };
}

/** The number behind its last line. */
export const endOf = (block: LineBlock): number => block.first + block.starts.length;

export type LineRange = { start: number; end: number };

/** Where a line of the block stands in its bytes, without its line end. */
export function rangeOf({ first, starts, bytes, used }: LineBlock, line: number): LineRange {
  const index = line - first;
  const start = starts[index] ?? used;
  const next = starts[index + 1] ?? used;
  const isEnded = next > start && bytes[next - 1] === newline;
  return { start, end: isEnded ? next - 1 : next };
}

/** Which line of the block an offset of the log stands in, and how many of the line's bytes come before it. */
export function placeIn(block: LineBlock, offset: number): { line: number; column: number } {
  const at = offset - block.offset;
  let [low, high] = [0, block.starts.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((block.starts[middle] ?? 0) <= at) low = middle;
    else high = middle - 1;
  }
  return { line: block.first + low, column: at - (block.starts[low] ?? 0) };
}

const decoder = new TextDecoder();

export const textOf = ({ bytes }: LineBlock, { start, end }: LineRange): string =>
  decoder.decode(bytes.subarray(start, end));
