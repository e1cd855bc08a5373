/**
 * Which line is where, without keeping a place per line: the number of newlines before each block of
 * `limits.logSealFrameBytes`. A line is found by a binary search and a scan of one block, so a log of a million lines
 * costs a hundred numbers. Lines and newlines count from 0; a last line without a newline is a line.
 */
import { limits } from '#shared/limits.ts';

export const newline = 0x0a;

export const blockBytes = limits.logSealFrameBytes;

export function countNewlines(bytes: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(newline); at !== -1; at = bytes.indexOf(newline, at + 1)) count++;
  return count;
}

/** The offset just behind the `nth` newline (from 1), or how many newlines there are instead. */
export function afterNewline(bytes: Uint8Array, nth: number): { offset: number } | { newlines: number } {
  let found = 0;
  for (let at = bytes.indexOf(newline); at !== -1; at = bytes.indexOf(newline, at + 1))
    if (++found === nth) return { offset: at + 1 };
  return { newlines: found };
}

export type LineIndex = {
  /** Of each block, the newlines before its first byte. */
  newlinesBefore: readonly number[];
  lines(): number;
  push(bytes: Uint8Array): void;
};

/** An index that grows with its log. */
export function createLineIndex(): LineIndex {
  const newlinesBefore = [0];
  let bytes = 0;
  let newlines = 0;
  let endsInLine = false;

  function push(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length; ) {
      const part = chunk.subarray(at, at + blockBytes - (bytes % blockBytes));
      newlines += countNewlines(part);
      bytes += part.length;
      at += part.length;
      if (bytes % blockBytes === 0) newlinesBefore.push(newlines);
    }
    if (chunk.length > 0) endsInLine = chunk.at(-1) !== newline;
  }

  return { newlinesBefore, push, lines: () => newlines + (endsInLine ? 1 : 0) };
}

/** The last block with fewer than `nth` newlines before it: the block that holds the `nth` newline, if any does. */
export function blockOfNewline(newlinesBefore: readonly number[], nth: number): number {
  let low = 0;
  let high = newlinesBefore.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((newlinesBefore[middle] ?? 0) < nth) low = middle;
    else high = middle - 1;
  }
  return low;
}
