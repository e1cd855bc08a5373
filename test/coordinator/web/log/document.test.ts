import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rangeOf, textOf } from '#coordinator/web/log/line-block.ts';
import { createLogDocument, type LogDocument } from '#coordinator/web/log/log-document.ts';
import type { LogSocketFrame } from '#shared/api.ts';
import type { Mark } from '#shared/attempt.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const bytes = (offset: number, text: string, at?: number): LogSocketFrame => ({
  type: 'bytes',
  offset,
  bytes: base64(text),
  ...(at === undefined ? {} : { at }),
});
const end = (size: number): LogSocketFrame => ({
  type: 'end',
  seal: { state: 'partial', bytes: size, reason: 'a test' },
});
const started = (seq: number, step: number, offset: number): Mark => ({
  type: 'step-started',
  seq,
  step,
  offset,
  at: 1_000 + seq,
});

const take = (frames: LogSocketFrame[]): LogDocument => {
  const document = createLogDocument();
  for (const frame of frames) document.takeFrame(frame);
  return document;
};

/** The lines, or null for those that are not here. */
const linesOf = (document: LogDocument): (string | null)[] =>
  Array.from({ length: document.lines() }, (_, line) => {
    const block = document.find(line);
    return block && textOf(block, rangeOf(block, line));
  });

describe('a log that is live', () => {
  it('has the lines that came, one that has begun included', () => {
    const document = take([bytes(0, 'one\ntw')]);
    expect([linesOf(document), document.openLine()]).toEqual([['one', 'tw'], 1]);
    document.takeFrame(bytes(6, 'o\n'));
    expect([linesOf(document), document.openLine(), document.offset()]).toEqual([['one', 'two'], null, 8]);
  });

  it('begins with its last lines; those before are fetched when they are looked at', () => {
    const document = take([{ type: 'skipped', from: 0, to: 8, lines: 2 }, bytes(8, 'three\n')]);
    expect(linesOf(document)).toEqual([null, null, 'three']);
    expect(document.gaps()).toEqual([]);
    expect(document.missing({ from: -5, to: 50 }, 500)).toEqual([{ from: 0, to: 2 }]);
    document.takeLines({ first: 0, lines: 2, offset: 0, bytes: base64('one\ntwo\n'), cut: 0 });
    expect(linesOf(document)).toEqual(['one', 'two', 'three']);
    expect(document.missing({ from: 0, to: 50 }, 500)).toEqual([]);
  });

  it('that was skipped forward has a gap, which is opened and filled', () => {
    const document = take([
      bytes(0, 'one\nhalf'),
      { type: 'skipped', from: 8, to: 100, lines: 5 },
      bytes(100, 'on\n'),
    ]);
    expect(document.gaps()).toEqual([{ from: 1, to: 6 }]);
    expect(document.lines()).toBe(7);
    document.openGap({ from: 1, to: 6 });
    expect(document.gaps()).toEqual([]);
    document.takeLines({ first: 1, lines: 5, offset: 4, bytes: base64('half of\nb\nc\nd\ne\n'), cut: 0 });
    expect(linesOf(document)).toEqual(['one', 'half of', 'b', 'c', 'd', 'e', 'on']);
  });

  it('that its agent sends anew is a new one', () => {
    const document = take([
      { type: 'marks', marks: [started(0, 0, 0), started(1, 1, 6)] },
      bytes(0, 'wrong\nwrong\nwro'),
    ]);
    document.takeFrame(bytes(0, 'right\nmore\n'));
    expect(linesOf(document)).toEqual(['right', 'more']);
    expect(document.beginnings()).toBe(1);
    expect(document.sections().map(({ step, from }) => [step, from.line])).toEqual([
      [0, 0],
      [1, 1],
    ]);
  });

  it('has its steps where their marks stand, whichever came first', () => {
    const marks: LogSocketFrame = { type: 'marks', marks: [started(0, 0, 0), started(1, 1, 6)] };
    for (const frames of [
      [marks, bytes(0, 'one\nno'), bytes(6, ' two\n')],
      [bytes(0, 'one\nno two\n'), marks, marks],
      [bytes(0, 'one\nno'), marks, bytes(6, ' two\n'), marks],
    ])
      expect(
        take(frames)
          .sections()
          .map(({ step, from }) => [step, from]),
      ).toEqual([
        [0, { line: 0, column: 0 }],
        [1, { line: 1, column: 2 }],
      ]);
  });

  it('asks for the places of marks in bytes that are not here', () => {
    const document = take([
      { type: 'skipped', from: 0, to: 100, lines: 10 },
      { type: 'marks', marks: [started(0, 0, 50), started(1, 1, 104)] },
      bytes(100, 'one\ntwo\n'),
    ]);
    expect(document.hasUnplacedMarks()).toBe(true);
    expect(document.sections()).toHaveLength(1);
    document.takeView({
      bytes: 108,
      lines: 12,
      seal: null,
      marks: [started(0, 0, 50)],
      places: [{ line: 4, column: 0 }],
      moments: [],
    });
    expect(document.hasUnplacedMarks()).toBe(false);
    expect(document.sections().map(({ from }) => from.line)).toEqual([0, 4, 11]);
    expect(document.lines()).toBe(12);
  });

  it('knows when bytes came from their frame, and of history from the view', () => {
    const document = take([bytes(0, 'old\nolder\n')]);
    expect(document.timeOf(0, 4)).toBeNull();
    document.takeView({
      ...{ bytes: 10, lines: 2, seal: null, marks: [], places: [] },
      moments: [
        [4, 1],
        [3, 1],
      ],
    });
    expect(document.timeOf(0, 4)).toBeNull();
    expect(document.timeOf(4, 10)).toBe(1);
    expect(document.timeOf(7, 10)).toBe(2);
    document.takeFrame(bytes(10, 'new\n', 7));
    expect(document.timeOf(10, 14)).toBe(7);
    document.takeFrame(bytes(14, 'missed\n'));
    expect(document.timeOf(14, 21)).toBeNull();
  });

  it('has every line once and whole, however it is cut and wherever the connection broke', () => {
    const text = Array.from({ length: 200 }, (_, n) => `line ${n} ß€😀`).join('\n');
    const whole = Buffer.from(text);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 20 }), sizes => {
        const document = createLogDocument();
        for (let n = 0; (document.offset() ?? 0) < whole.length; n++) {
          const from = document.offset() ?? 0;
          const piece = whole.subarray(from, from + (sizes[n % sizes.length] ?? 1));
          document.takeFrame({ type: 'bytes', offset: from, bytes: piece.toString('base64') });
        }
        expect(linesOf(document)).toEqual(text.split('\n'));
      }),
    );
  });
});

describe('a log that is over', () => {
  it('is known by its view, and fetched where it is looked at', () => {
    const document = createLogDocument();
    expect(document.lines()).toBe(0);
    const seal = { state: 'complete', bytes: 8, lines: 2, sha256: '0'.repeat(64) } as const;
    document.takeView({
      bytes: 8,
      lines: 2,
      seal,
      marks: [started(0, 0, 4)],
      places: [{ line: 1, column: 0 }],
      moments: [],
    });
    expect(linesOf(document)).toEqual([null, null]);
    expect(document.sections().map(({ from }) => from.line)).toEqual([0, 1]);
    expect(document.missing({ from: 0, to: 9 }, 500)).toEqual([{ from: 0, to: 2 }]);
    expect(document.seal()).toEqual(seal);
  });

  it('says its end when it comes', () => {
    const document = take([bytes(0, 'one\n'), end(4)]);
    expect(document.seal()).toMatchObject({ reason: 'a test' });
  });
});
