/**
 * What a machine shows on its display: `virsh screenshot` writes a PPM, or a PNG with newer ones of QEMU; what leaves is
 * a PNG of bounded size, for pixels are whatever the guest wants. https://netpbm.sourceforge.net/doc/ppm.html
 */
import { open, rm } from 'node:fs/promises';
import { promisify } from 'node:util';
import { crc32, deflate } from 'node:zlib';
import { limits } from '#shared/limits.ts';
import { pngSignature } from '#shared/png.ts';
import type { Virsh } from './virsh.ts';

type Picture = { width: number; height: number; pixels: Uint8Array };

const pack = promisify(deflate);
const bytesPerPixel = 3;

/** Null: there is nothing that could be kept. Throws when libvirt takes no picture: there is no display, or no machine. */
export async function takeScreenshot(
  virsh: Virsh,
  { name, file }: { name: string; file: string },
  signal: AbortSignal,
): Promise<Uint8Array | null> {
  try {
    await virsh.run(['screenshot', name, file], signal);
    const bytes = await readBounded(file);
    return bytes && (await pngOf(bytes));
  } finally {
    await rm(file, { force: true });
  }
}

async function readBounded(path: string): Promise<Uint8Array | null> {
  const file = await open(path, 'r');
  try {
    return (await file.stat()).size > limits.screenRawBytes ? null : await file.readFile();
  } finally {
    await file.close();
  }
}

/** In half the size, as often as it takes, when it would be too large. */
export async function pngOf(bytes: Uint8Array): Promise<Uint8Array | null> {
  const isPng = pngSignature.every((byte, index) => bytes[index] === byte);
  if (isPng) return bytes.length <= limits.screenBytes ? bytes : null;
  for (let picture = readPpm(bytes); picture !== null; picture = halved(picture)) {
    const png = await writePng(picture);
    if (png.length <= limits.screenBytes) return png;
  }
  return null;
}

function readPpm(bytes: Uint8Array): Picture | null {
  const head = Buffer.from(bytes.subarray(0, 64)).toString('latin1');
  const [all, w, h] = /^P6\s+(\d{1,5})\s+(\d{1,5})\s+255\s/.exec(head) ?? [];
  const [width, height] = [Number(w), Number(h)];
  if (all === undefined || width < 1 || height < 1) return null;
  if (width > limits.screenSide || height > limits.screenSide) return null;
  const pixels = bytes.subarray(all.length, all.length + width * height * bytesPerPixel);
  return pixels.length === width * height * bytesPerPixel ? { width, height, pixels } : null;
}

function halved({ width, height, pixels }: Picture): Picture | null {
  const [w, h] = [Math.floor(width / 2), Math.floor(height / 2)];
  if (w < 1 || h < 1) return null;
  const small = new Uint8Array(w * h * bytesPerPixel);
  for (let y = 0; y < h; y += 1)
    for (let x = 0; x < w; x += 1) {
      const from = (2 * y * width + 2 * x) * bytesPerPixel;
      small.set(pixels.subarray(from, from + bytesPerPixel), (y * w + x) * bytesPerPixel);
    }
  return { width: w, height: h, pixels: small };
}

/** 8 bits of red, green and blue, each line as it is (filter 0). https://www.w3.org/TR/png-3/ */
async function writePng({ width, height, pixels }: Picture): Promise<Uint8Array> {
  const line = width * bytesPerPixel;
  const lines = Buffer.alloc(height * (line + 1));
  for (let y = 0; y < height; y += 1)
    lines.set(pixels.subarray(y * line, (y + 1) * line), y * (line + 1) + 1);
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from(pngSignature),
    chunk('IHDR', head),
    chunk('IDAT', await pack(lines)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Uint8Array): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(4);
  frame.writeUInt32BE(data.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(named));
  return Buffer.concat([frame, named, sum]);
}
