/**
 * The sealed form of a log: one file that any zstd decompresses to the log, and that can be read from the middle.
 *
 *   zstd frame   × n   `limits.logSealFrameBytes` of the log each, the last may be shorter; with checksum
 *   skippable frame    our line index: per frame, the newlines before it, then the lines of the log (u64 each)
 *   skippable frame    seek table of the zstd seekable format 0.1.0: sizes of every frame before it, and a footer
 *
 * https://github.com/facebook/zstd/blob/dev/contrib/seekable_format/zstd_seekable_compression_format.md
 * One file and no side file, so that index and bytes cannot come apart. All numbers are little-endian.
 */
import { blockBytes } from './line-index.ts';

const lineIndexMagic = 0x184d2a50;
const seekTableMagic = 0x184d2a5e;
const footerMagic = 0x8f92eab1;
const skippableHeaderBytes = 8;
const entryBytes = 8;
export const footerBytes = 9;

export type SealedFrame = { offset: number; compressedBytes: number };

/** What reading a sealed log needs to know. */
export type SealedIndex = { frames: SealedFrame[]; newlinesBefore: number[]; bytes: number; lines: number };

/** Per frame of a log being sealed: its size compressed and raw, and the newlines before it. */
export type WrittenFrame = { compressedBytes: number; bytes: number; newlinesBefore: number };

/** Both skippable frames, for the end of the file. */
export function encodeIndex(frames: readonly WrittenFrame[], lines: number): Uint8Array {
  const lineIndex = Buffer.alloc(skippableHeaderBytes + 8 * (frames.length + 1));
  writeHeader(lineIndex, lineIndexMagic);
  const counts = [...frames.map(frame => frame.newlinesBefore), lines];
  for (const [at, count] of counts.entries())
    lineIndex.writeBigUInt64LE(BigInt(count), skippableHeaderBytes + 8 * at);
  const entries = [...frames, { compressedBytes: lineIndex.length, bytes: 0 }];
  return Buffer.concat([lineIndex, encodeSeekTable(entries)]);
}

function encodeSeekTable(entries: readonly { compressedBytes: number; bytes: number }[]): Buffer {
  const table = Buffer.alloc(skippableHeaderBytes + entryBytes * entries.length + footerBytes);
  writeHeader(table, seekTableMagic);
  for (const [index, { compressedBytes, bytes }] of entries.entries()) {
    const at = skippableHeaderBytes + entryBytes * index;
    table.writeUInt32LE(compressedBytes, at);
    table.writeUInt32LE(bytes, at + 4);
  }
  table.writeUInt32LE(entries.length, table.length - footerBytes);
  table.writeUInt32LE(footerMagic, table.length - 4);
  return table;
}

function writeHeader(frame: Buffer, magic: number): void {
  frame.writeUInt32LE(magic, 0);
  frame.writeUInt32LE(frame.length - skippableHeaderBytes, 4);
}

/** How many bytes from the end hold both skippable frames, from the last `footerBytes`; null when it is no footer. */
export function indexBytes(footer: Uint8Array): number | null {
  const view = Buffer.from(footer);
  if (view.length !== footerBytes || view.readUInt32LE(5) !== footerMagic) return null;
  const entries = view.readUInt32LE(0);
  if (entries < 1) return null;
  const seekTable = skippableHeaderBytes + entryBytes * entries + footerBytes;
  return skippableHeaderBytes + 8 * entries + seekTable;
}

/** The index from the last `indexBytes` of the file; null when they are not what `encodeIndex` writes. */
export function decodeIndex(tail: Uint8Array): SealedIndex | null {
  const view = Buffer.from(tail);
  const entries = view.readUInt32LE(view.length - footerBytes);
  const tableAt = skippableHeaderBytes + 8 * entries;
  if (view.readUInt32LE(0) !== lineIndexMagic || view.readUInt32LE(tableAt) !== seekTableMagic) return null;
  const count = (index: number) => Number(view.readBigUInt64LE(skippableHeaderBytes + 8 * index));
  const index: SealedIndex = { frames: [], newlinesBefore: [], bytes: 0, lines: count(entries - 1) };
  let offset = 0;
  for (let frame = 0; frame < entries - 1; frame++) {
    const at = tableAt + skippableHeaderBytes + entryBytes * frame;
    const compressedBytes = view.readUInt32LE(at);
    index.frames.push({ offset, compressedBytes });
    index.newlinesBefore.push(count(frame));
    index.bytes += view.readUInt32LE(at + 4);
    offset += compressedBytes;
  }
  return index;
}

/** Which frames hold [from, to), and which part of each frame's raw bytes. */
export function framesOf(from: number, to: number): { frame: number; start: number; end: number }[] {
  const parts = [];
  for (let at = from; at < to; ) {
    const frame = Math.floor(at / blockBytes);
    const end = Math.min(to, (frame + 1) * blockBytes);
    parts.push({ frame, start: at - frame * blockBytes, end: end - frame * blockBytes });
    at = end;
  }
  return parts;
}
