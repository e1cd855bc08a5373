/** One face for reading a log, wherever its bytes are: live memory, live file, row or sealed blob. */
import type { LogSeal, Mark } from '#shared/attempt.ts';
import { afterNewline, blockBytes, blockOfNewline, countNewlines, newline } from './line-index.ts';

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

/** A place in a log as people count it: the line in which it stands, and how many bytes of that line come before it. */
export type LinePlace = { line: number; column: number };

/** Where offsets, in any order, stand. Reads the blocks in which they are, once each, and where their lines begin. */
export async function placesOf(source: LogSource, offsets: readonly number[]): Promise<LinePlace[]> {
  const places = new Map<number, LinePlace>();
  const ascending = [...new Set(offsets)].sort((a, b) => a - b);
  let [at, newlines, begin] = [-1, 0, 0];
  for (const offset of ascending) {
    const block = Math.max(0, Math.min(Math.floor(offset / blockBytes), source.newlinesBefore.length - 1));
    if (at < block * blockBytes) {
      at = block * blockBytes;
      newlines = source.newlinesBefore[block] ?? 0;
      begin = await lineStart(source, newlines);
    }
    for await (const piece of source.read(at, Math.min(offset, source.bytes))) {
      newlines += countNewlines(piece);
      const last = piece.lastIndexOf(newline);
      if (last !== -1) begin = at + last + 1;
      at += piece.length;
    }
    places.set(offset, { line: newlines, column: Math.min(offset, source.bytes) - begin });
  }
  return offsets.map(offset => places.get(offset) ?? { line: 0, column: 0 });
}
