import { zstdDecompressSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Blobs } from '#coordinator/blobs/blobs.ts';
import { blockBytes, createLineIndex } from '#coordinator/logs/line-index.ts';
import { type LogSource, lineAt, locateLines } from '#coordinator/logs/log-source.ts';
import { sealedForm } from '#coordinator/logs/seal.ts';
import { inlineSource } from '#coordinator/logs/stored-source.ts';
import { until } from '#test/support/until.ts';
import { collect, expectedOf, first, type Owner, sendAll, startOwner } from './owner.ts';

const seal = { state: 'partial', bytes: 0, reason: '' } as const;
const sourceOf = (bytes: Uint8Array): LogSource =>
  inlineSource({ seal, marks: [], inline: bytes, sealed: null, removed: null }, bytes);

/** Lines as a plain split sees them: each with its newline, the last one perhaps without. */
function linesOf(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const newline = bytes.indexOf(10, at);
    const end = newline === -1 ? bytes.length : newline + 1;
    lines.push(bytes.subarray(at, end));
    at = end;
  }
  return lines;
}

/** Bytes over block borders: long lines, short lines, empty lines, and none. */
const content = fc
  .array(
    fc.oneof(
      fc.constant('\n'),
      fc.string({ maxLength: 5 }),
      fc.nat(40).map(n => `${'x'.repeat(n * 1_000)}\n`),
      fc.constantFrom(-1, 0, 1).map(d => 'y'.repeat(blockBytes + d)),
    ),
    { maxLength: 12 },
  )
  .map(parts => Buffer.from(parts.join('')));

describe('lines', () => {
  it('are found where a plain split finds them, whatever the content', async () => {
    const check = async (bytes: Buffer, first: number, count: number) => {
      const lines = linesOf(bytes);
      const source = sourceOf(bytes);
      const range = await locateLines(source, first, count);
      const expected = Buffer.concat(lines.slice(first, first + count));
      expect(source.lines).toBe(lines.length);
      expect(bytes.subarray(range.from, range.to).equals(expected)).toBe(true);
      expect(range.lines).toBe(lines.slice(first, first + count).length);
      if (range.lines > 0) expect(await lineAt(source, range.from)).toBe(range.first);
    };
    await fc.assert(fc.asyncProperty(content, fc.nat(20), fc.nat(20), check), { numRuns: 60 });
  });

  it('are counted the same however the bytes are cut', () => {
    const cuts = fc.array(fc.integer({ min: 1, max: 700_000 }), { maxLength: 10 });
    fc.assert(
      fc.property(content, cuts, (bytes, sizes) => {
        const index = createLineIndex();
        let at = 0;
        for (const size of [...sizes, bytes.length]) {
          index.push(bytes.subarray(at, at + size));
          at += size;
        }
        expect(index.lines()).toBe(linesOf(bytes).length);
        expect(index.newlinesBefore).toEqual(sourceOf(bytes).newlinesBefore);
      }),
      { numRuns: 30 },
    );
  });
});

describe('the sealed form', () => {
  const bytes = Buffer.from('a line of a log\n'.repeat(200_000));

  it('is a zstd file: any zstd gives the log back', async () => {
    const whole = { state: 'complete', lines: 200_000, ...expectedOf(bytes) } as const;
    const sealed = await collect(sealedForm(first, sourceOf(bytes), whole));
    expect(zstdDecompressSync(sealed).equals(bytes)).toBe(true);
    expect(sealed.length).toBeLessThan(bytes.length / 100);
  });

  it('is not made of other bytes than were verified', async () => {
    const other = { state: 'complete', lines: 0, ...expectedOf(Buffer.alloc(bytes.length)) } as const;
    const damaged = { code: 'damaged', attempt: first };
    await expect(collect(sealedForm(first, sourceOf(bytes), other))).rejects.toMatchObject(damaged);
    const more = { state: 'partial', bytes: bytes.length + 1, reason: '' } as const;
    await expect(collect(sealedForm(first, sourceOf(bytes), more))).rejects.toMatchObject(damaged);
  });
});

describe('a log of a million lines', () => {
  let owner: Owner;
  const reads: string[] = [];
  const counting = (blobs: Blobs): Blobs => ({
    ...blobs,
    get(sha256, range) {
      reads.push(sha256);
      return blobs.get(sha256, range);
    },
  });
  beforeEach(async () => {
    owner = await startOwner({ blobs: counting });
  });
  afterEach(() => owner.stop());
  const line = (n: number) => `${String(n).padStart(7, '0')} ${'.'.repeat(n % 90)}\n`;
  const bytes = Buffer.from(Array.from({ length: 1_000_000 }, (_, n) => line(n)).join(''));

  const page = async (from: number, count: number) => {
    const lines = await owner.logs.readLines(first, from, count);
    return { ...lines, content: (await collect(lines.content)).toString() };
  };

  const pages = async () => {
    for (const from of [0, 1, 123_456, 999_990])
      expect(await page(from, 5)).toMatchObject({
        first: from,
        lines: 5,
        content: [0, 1, 2, 3, 4].map(n => line(from + n)).join(''),
      });
    expect(await page(999_999, 5)).toMatchObject({ lines: 1, content: line(999_999) });
    expect(await page(2_000_000, 5)).toMatchObject({ first: 1_000_000, lines: 0, content: '' });
  };

  it('gives any page of lines, live and sealed, reading a few blocks only', async () => {
    await sendAll(owner.logs, 1, bytes);
    await pages();
    expect((await owner.settle(1, bytes)).seal).toMatchObject({ lines: 1_000_000 });
    await owner.logs.release(first);
    await until('the log is sealed', () => owner.stored.get(first)?.sealed);
    await pages();
    reads.length = 0;
    await page(543_210, 100);
    // One block to find the first line, one for the end, one or two for the content.
    expect(reads.length).toBeLessThanOrEqual(4);
  });
});
