import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesOf } from '#coordinator/web/log/base64.ts';
import { blockOf, endOf, type LineBlock, placeIn, rangeOf, textOf } from '#coordinator/web/log/line-block.ts';
import { createLineStore } from '#coordinator/web/log/line-store.ts';
import { createTail } from '#coordinator/web/log/tail.ts';

const encode = (text: string) => new TextEncoder().encode(text);
const lineText = (block: LineBlock, line: number) => textOf(block, rangeOf(block, line));
const textsOf = (blocks: LineBlock[]) =>
  blocks.flatMap(block => block.starts.map((_, index) => lineText(block, block.first + index)));

/** Lines as a plain split sees them. */
const linesOf = (bytes: Buffer) => {
  const lines = bytes.toString('utf8').split('\n');
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
};

const part = fc.constantFrom('\n', 'a', 'line\n', '€', '😀\n', 'x'.repeat(40_000), '\n\n', '\r\n');
const log = fc.array(part, { maxLength: 30 }).map(parts => Buffer.from(parts.join('')));
const cuts = fc.array(fc.integer({ min: 1, max: 50_000 }), { maxLength: 30 });

describe('the end of a live log', () => {
  it('has the lines of its bytes, however these are cut', () => {
    fc.assert(
      fc.property(log, cuts, (bytes, sizes) => {
        const blocks: LineBlock[] = [];
        const tail = createTail({ line: 7, offset: 100 }, block => blocks.push(block));
        let at = 0;
        for (const size of [...sizes, bytes.length]) {
          tail.push(bytes.subarray(at, at + size));
          at = Math.min(bytes.length, at + size);
          expect(tail.offset()).toBe(100 + at);
        }
        expect(textsOf(blocks)).toEqual(linesOf(bytes));
        expect(tail.lines()).toBe(7 + linesOf(bytes).length);
        expect(tail.open() !== null).toBe(bytes.length > 0 && bytes.at(-1) !== 10);
      }),
    );
  });

  it('knows of each byte in which line it stands', () => {
    const blocks: LineBlock[] = [];
    const tail = createTail({ line: 0, offset: 0 }, block => blocks.push(block));
    tail.push(encode('one\ntwo'));
    expect(tail.place()).toEqual({ line: 1, column: 3 });
    const [block] = blocks;
    expect(block && [0, 3, 4, 6].map(offset => placeIn(block, offset))).toEqual([
      { line: 0, column: 0 },
      { line: 0, column: 3 },
      { line: 1, column: 0 },
      { line: 1, column: 2 },
    ]);
    tail.push(encode('\n'));
    expect(tail.place()).toEqual({ line: 2, column: 0 });
  });

  it('keeps of a line without end what somebody might read, and goes on behind it', () => {
    const blocks: LineBlock[] = [];
    const tail = createTail({ line: 0, offset: 0 }, block => blocks.push(block));
    tail.push(encode('first\n'));
    for (let n = 0; n < 40; n++) tail.push(encode('z'.repeat(250_000)));
    expect(tail.lines()).toBe(2);
    tail.push(encode('\nnext\n'));
    expect(tail.offset()).toBe(6 + 10_000_000 + 6);
    expect(textsOf(blocks).map(text => text.length)).toEqual([5, 1_048_576, 4]);
    expect(blocks.reduce((sum, { bytes }) => sum + bytes.length, 0)).toBeLessThan(3_000_000);
    const next = blocks.find(block => block.first === 2);
    expect(next?.offset).toBe(6 + 10_000_001);
  });
});

describe('a block', () => {
  it('gives its lines without their ends; bytes that are no UTF-8 harm no other line', () => {
    const block = blockOf(3, 0, Buffer.from([0x61, 0xff, 0xc3, 0x0a, 0xc3, 0xa9, 0x0a]));
    expect([lineText(block, 3), lineText(block, 4), endOf(block)]).toEqual(['a\ufffd\ufffd', 'é', 5]);
  });

  it('is made of base64 in every browser', () => {
    const bytes = Uint8Array.from({ length: 1_000 }, (_, n) => n % 256);
    expect(bytesOf(Buffer.from(bytes).toString('base64'))).toEqual(bytes);
  });
});

describe('the lines that are here', () => {
  const block = (first: number, lines: number, bytes = 1) =>
    blockOf(first, first * bytes, encode(`${'x'.repeat(bytes - 1)}\n`.repeat(lines)));

  it('are found, and what is missing is asked for in pieces', () => {
    const store = createLineStore(1_000_000);
    store.add(block(500, 100));
    store.add(block(0, 10));
    expect(store.find(5)?.first).toBe(0);
    expect(store.find(10)).toBeNull();
    expect(store.find(599)?.first).toBe(500);
    expect(store.find(600)).toBeNull();
    expect(store.missing({ from: 5, to: 1_100 }, 500)).toEqual([
      { from: 10, to: 500 },
      { from: 600, to: 1_000 },
      { from: 1_000, to: 1_100 },
    ]);
    expect(store.findByte(550)?.first).toBe(500);
    store.clear();
    expect(store.find(5)).toBeNull();
  });

  it('go when they are too many and nobody looks, but for those at the end', () => {
    const store = createLineStore(10_000);
    for (let n = 0; n < 9; n++) store.add(block(n * 10, 10, 100));
    store.find(0);
    for (let n = 9; n < 12; n++) store.add(block(n * 10, 10, 100));
    expect(store.find(0)).not.toBeNull();
    expect(store.find(10)).toBeNull();
    expect(store.find(119)).not.toBeNull();
  });

  it('are each here once, whatever is fetched in whatever order', () => {
    const fetches = fc.array(fc.tuple(fc.nat(300), fc.nat(300)), { maxLength: 20 });
    fc.assert(
      fc.property(fetches, wishes => {
        const store = createLineStore(1_000_000);
        for (const [from, count] of wishes) {
          for (const lines of store.missing({ from, to: from + count }, 50)) {
            expect(lines.to).toBeGreaterThan(lines.from);
            store.add(block(lines.from, lines.to - lines.from));
          }
          expect(store.missing({ from, to: from + count }, 50)).toEqual([]);
          for (let line = from; line < from + count; line++) expect(store.find(line)).not.toBeNull();
        }
      }),
    );
  });
});
