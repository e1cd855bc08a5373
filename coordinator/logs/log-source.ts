/** One face for reading a log, wherever its bytes are: live memory, live file, row or sealed blob. */
import type { LogSeal, Mark } from '#shared/attempt.ts';
import { afterNewline, blockBytes, blockOfNewline, countNewlines } from './line-index.ts';

export type LogSource = {
  bytes: number;
  lines: number;
  /** Of each block of the log, the newlines before it (`line-index.ts`). */
  newlinesBefore: readonly number[];
  marks: readonly Mark[];
  /** Null while the log is live. */
  seal: LogSeal | null;
  /** The bytes of [from, to), which lies within the log. */
  read(from: number, to: number): AsyncIterable<Uint8Array>;
};

/** Whole lines of a log: `lines` of them from line `first`, the bytes [from, to). */
export type LineRange = { first: number; lines: number; from: number; to: number };

/** Where `count` lines from line `first` (from 0) are; fewer, or none, where the log ends. Scans at most two blocks. */
export async function locateLines(source: LogSource, first: number, count: number): Promise<LineRange> {
  const start = Math.min(Math.max(first, 0), source.lines);
  const end = Math.min(start + Math.max(count, 0), source.lines);
  const from = await lineStart(source, start);
  const to = end === start ? from : await lineStart(source, end);
  return { first: start, lines: end - start, from, to };
}

async function lineStart(source: LogSource, line: number): Promise<number> {
  if (line === 0) return 0;
  const block = blockOfNewline(source.newlinesBefore, line);
  let missing = line - (source.newlinesBefore[block] ?? 0);
  let offset = block * blockBytes;
  for await (const piece of source.read(offset, Math.min(offset + blockBytes, source.bytes))) {
    const found = afterNewline(piece, missing);
    if ('offset' in found) return offset + found.offset;
    missing -= found.newlines;
    offset += piece.length;
  }
  return source.bytes;
}

/** The newlines in [0, offset): the line (from 0) in which the byte at `offset` stands. Scans at most one block. */
export async function lineAt(source: LogSource, offset: number): Promise<number> {
  const block = Math.max(0, Math.min(Math.floor(offset / blockBytes), source.newlinesBefore.length - 1));
  let newlines = source.newlinesBefore[block] ?? 0;
  for await (const piece of source.read(block * blockBytes, offset)) newlines += countNewlines(piece);
  return newlines;
}
