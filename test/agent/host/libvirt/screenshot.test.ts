import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync, inflateSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { pngOf, takeScreenshot } from '#agent/host/drivers/libvirt/screenshot.ts';
import { believedPng } from '#coordinator/fleet/screen.ts';
import { limits } from '#shared/limits.ts';

const ppm = (width: number, height: number, pixels: Uint8Array): Uint8Array =>
  Buffer.concat([Buffer.from(`P6\n${width} ${height}\n255\n`), pixels]);
const plain = (width: number, height: number) => ppm(width, height, new Uint8Array(width * height * 3));
const base64 = (bytes: Uint8Array | null) => Buffer.from(bytes ?? []).toString('base64');
const sizeOf = (png: Uint8Array | null) => {
  const bytes = Buffer.from(png ?? []);
  return [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
};

test('a picture becomes a PNG with its pixels, which a coordinator believes', async () => {
  const pixels = Uint8Array.from({ length: 2 * 2 * 3 }, (_, index) => index);
  const png = Buffer.from((await pngOf(ppm(2, 2, pixels))) ?? []);
  expect(await believedPng(base64(png))).toEqual(png);
  const data = png.subarray(41, 41 + png.readUInt32BE(33));
  expect([...inflateSync(data)]).toEqual([0, ...pixels.subarray(0, 6), 0, ...pixels.subarray(6)]);
});

test('one that would be too large is made smaller', async () => {
  const noise = await pngOf(ppm(1_280, 800, randomBytes(1_280 * 800 * 3)));
  expect(noise?.length).toBeLessThanOrEqual(limits.screenBytes);
  expect(sizeOf(noise)).toEqual([320, 200]);
  expect(await believedPng(base64(noise))).not.toBe(null);
  expect(sizeOf(await pngOf(plain(1_280, 800)))).toEqual([1_280, 800]);
});

test.for([
  ['nothing', new Uint8Array()],
  ['another format', Buffer.from('P3\n1 1\n255\n1 2 3\n')],
  ['fewer pixels than it says', ppm(2, 2, new Uint8Array(11))],
  ['no width', ppm(0, 2, new Uint8Array(0))],
  ['a side beyond the bound', ppm(limits.screenSide + 1, 1, new Uint8Array(3 * (limits.screenSide + 1)))],
] as const)('of %s no picture is made', async ([, bytes]) => {
  expect(await pngOf(bytes)).toBe(null);
});

test('no file is left, whether a picture was taken or not', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'paddock-screen-'));
  const place = { name: 'paddock-x', file: join(directory, 'screen') };
  const { signal } = new AbortController();
  const virsh = (run: () => Promise<string>) => ({ run, follow: async () => {} });
  const taken = virsh(async () => {
    await writeFile(place.file, plain(720, 400));
    return '';
  });
  expect(sizeOf(await takeScreenshot(taken, place, signal))).toEqual([720, 400]);
  const refused = virsh(() => Promise.reject(new Error('no graphics')));
  await expect(takeScreenshot(refused, place, signal)).rejects.toThrow('no graphics');
  expect(await readdir(directory)).toEqual([]);
  await rm(directory, { recursive: true });
});

/** What a host might send instead: each is a good picture but for one thing. */
const damaged: [string, (png: Buffer) => Uint8Array][] = [
  ['another signature', png => Buffer.concat([Buffer.from('GIF89a??'), png.subarray(8)])],
  ['something behind its end', png => Buffer.concat([png, Buffer.from('<script>')])],
  ['no end', png => png.subarray(0, -12)],
  ['a damaged chunk', png => Buffer.from(png).fill(7, 45, 46)],
  ['a chunk that ends behind it', png => Buffer.from(png).fill(0xff, 33, 37)],
  ['a kind of pixels that is not ours', png => Buffer.from(png).fill(6, 25, 26)],
  ['nothing', () => Buffer.alloc(0)],
  ['too many bytes', () => Buffer.alloc(limits.screenBytes + 1)],
];
test.for(damaged)('a picture with %s is not believed', async ([, damage]) => {
  const png = Buffer.from((await pngOf(plain(8, 8))) ?? []);
  expect(await believedPng(base64(png))).not.toBe(null);
  expect(await believedPng(base64(damage(png)))).toBe(null);
});

test('a picture that unpacks to more or less than its pixels is not believed', async () => {
  const withPixels = async (bytes: number) => {
    const png = Buffer.from((await pngOf(plain(8, 8))) ?? []);
    const { crc32 } = await import('node:zlib');
    const named = Buffer.concat([Buffer.from('IDAT'), deflateSync(Buffer.alloc(bytes))]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(named.length - 4);
    sum.writeUInt32BE(crc32(named));
    return base64(Buffer.concat([png.subarray(0, 33), length, named, sum, png.subarray(-12)]));
  };
  expect(await believedPng(await withPixels(8 * 25))).not.toBe(null);
  for (const bytes of [0, 8 * 25 - 1, 8 * 25 + 1, 100_000_000])
    expect(await believedPng(await withPixels(bytes))).toBe(null);
});
