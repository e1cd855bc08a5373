/**
 * A picture of a machine's display, as its host sent it: a host may have been taken over, and browsers decode what is
 * sent. Believed is a PNG of one plain kind, of bounded dimensions, in which every chunk is known and whole, and whose
 * pixels are as many as its head says. https://www.w3.org/TR/png-3/
 */
import { promisify } from 'node:util';
import { crc32, inflate } from 'node:zlib';
import { limits } from '#shared/limits.ts';
import { pngSignature } from '#shared/png.ts';

const unpack = promisify(inflate);

/** The picture, when it is one; null: what was sent is kept nowhere. */
export async function believedPng(base64: string): Promise<Uint8Array | null> {
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.length > limits.screenBytes) return null;
  const chunks = chunksOf(bytes);
  const [head, ...rest] = chunks ?? [];
  const end = rest.pop();
  if (head?.type !== 'IHDR' || end?.type !== 'IEND' || end.data.length > 0) return null;
  if (rest.length === 0 || rest.some(({ type }) => type !== 'IDAT')) return null;
  const pixels = pixelBytesIn(head.data);
  if (pixels === null) return null;
  return (await isSoLong(Buffer.concat(rest.map(({ data }) => data)), pixels)) ? bytes : null;
}

type Chunk = { type: string; data: Buffer };

/** Null: it is no PNG, or a chunk is damaged, or something follows the last. */
function chunksOf(bytes: Buffer): Chunk[] | null {
  if (pngSignature.some((byte, index) => bytes[index] !== byte)) return null;
  const chunks: Chunk[] = [];
  for (let at = pngSignature.length; at < bytes.length; ) {
    if (at + 12 > bytes.length) return null;
    const end = at + 8 + bytes.readUInt32BE(at);
    if (end + 4 > bytes.length || crc32(bytes.subarray(at + 4, end)) !== bytes.readUInt32BE(end)) return null;
    chunks.push({ type: bytes.toString('latin1', at + 4, at + 8), data: bytes.subarray(at + 8, end) });
    at = end + 4;
  }
  return chunks;
}

/** 8 bits of red, green and blue, not interlaced: a byte before each line, and three for each pixel. */
function pixelBytesIn(head: Buffer): number | null {
  if (head.length !== 13 || !head.subarray(8).equals(Buffer.from([8, 2, 0, 0, 0]))) return null;
  const [width, height] = [head.readUInt32BE(0), head.readUInt32BE(4)];
  const isBounded = [width, height].every(side => side >= 1 && side <= limits.screenSide);
  return isBounded ? height * (3 * width + 1) : null;
}

async function isSoLong(packed: Buffer, bytes: number): Promise<boolean> {
  try {
    return (await unpack(packed, { maxOutputLength: bytes })).length === bytes;
  } catch {
    return false; // damaged, or longer than it may be
  }
}
