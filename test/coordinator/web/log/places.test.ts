import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { addressOf, extend, parseAddress } from '#coordinator/web/log/address.ts';
import { isHit, stepFrom } from '#coordinator/web/log/hits.ts';
import { bucketsOf } from '#coordinator/web/log/minimap-marks.ts';
import { rowsOf } from '#coordinator/web/log/rows.ts';
import { joinHits } from '#coordinator/web/log/search.ts';
import { isFailed, sectionsOf, standingOf } from '#coordinator/web/log/sections.ts';
import { timeOfDay, timeSince } from '#coordinator/web/log/time-text.ts';
import { createTimes } from '#coordinator/web/log/times.ts';
import { windowAround, windowAtEnd, windowFor } from '#coordinator/web/log/window.ts';
import type { Mark } from '#shared/attempt.ts';

test.each([
  ['#L120', { type: 'lines', lines: { from: 119, to: 120 } }],
  ['#L120-L140', { type: 'lines', lines: { from: 119, to: 140 } }],
  ['#L140-120', { type: 'lines', lines: { from: 119, to: 140 } }],
  ['#step-2', { type: 'step', step: 2 }],
  ['#L0', null],
  ['#L99999999999', null],
  ['#step--1', null],
  ['#elsewhere', null],
  ['', null],
])('the address %s', (hash, target) => {
  expect(parseAddress(hash)).toEqual(target);
});

test('lines make the address that leads to them', () => {
  fc.assert(
    fc.property(fc.nat(1_000_000), fc.nat(1_000_000), (anchor, line) => {
      const lines = extend(anchor, line);
      expect(parseAddress(addressOf(lines))).toEqual({ type: 'lines', lines });
    }),
  );
});

describe('sections', () => {
  const started = (seq: number, step: number, offset: number): Mark => ({
    type: 'step-started',
    seq,
    step,
    offset,
    at: offset,
  });
  const ended = (seq: number, step: number, offset: number, exitCode = 0): Mark => ({
    type: 'step-ended',
    seq,
    step,
    offset,
    at: offset,
    exitCode,
    lateBytes: 0,
  });
  /** Ten bytes a line. */
  const placeOf = ({ offset }: Mark) => ({ line: Math.floor(offset / 10), column: offset % 10 });
  const marks = [started(0, 0, 20), ended(1, 0, 45), started(2, 1, 45), ended(3, 1, 100, 2)];
  const sections = sectionsOf(marks, placeOf);

  it('are what stands between marks; what is before and behind the steps is nobody’s', () => {
    expect(sections.map(({ step, from, to }) => [step, from.line, to?.line])).toEqual([
      [null, 0, 2],
      [0, 2, 4],
      [1, 4, 10],
      [null, 10, undefined],
    ]);
    expect(sections.map(isFailed)).toEqual([false, false, true, false]);
    expect(sectionsOf(marks.slice(0, 3), placeOf).map(section => standingOf(section, false))).toEqual([
      'running',
      'passed',
      'running',
    ]);
  });

  it('end where a place is not known yet', () => {
    expect(sectionsOf(marks, mark => (mark.seq < 2 ? placeOf(mark) : null))).toHaveLength(3);
    expect(sectionsOf([], placeOf)).toMatchObject([{ step: null, to: null }]);
  });

  const rows = (folded: number[] = [], gaps = [{ from: 6, to: 8 }]) =>
    rowsOf({ sections, lines: 11, gaps, isFolded: ({ step }) => step !== null && folded.includes(step) });

  it('make rows: headers, lines, gaps; a line that two steps share is a row of each', () => {
    const { count, rowAt } = rows();
    const told = Array.from({ length: count }, (_, index) => {
      const row = rowAt(index);
      if (row?.type === 'line')
        return `${row.line}${row.fromColumn ? ` from ${row.fromColumn}` : ''}${row.toColumn ? ` to ${row.toColumn}` : ''}`;
      return row?.type === 'step' ? `step ${row.section.step}` : `gap ${row?.gap.from}-${row?.gap.to}`;
    });
    expect(told).toEqual([
      '0',
      '1',
      'step 0',
      '2',
      '3',
      '4 to 5',
      'step 1',
      '4 from 5',
      '5',
      'gap 6-8',
      '8',
      '9',
      '10',
    ]);
    expect(rowAt(count)).toBeNull();
  });

  it('find each line, and what stands for it where it is not shown', () => {
    const { indexOf, rowAt, stepAt } = rows();
    for (const line of [0, 1, 2, 3, 5, 8, 9, 10]) expect(rowAt(indexOf(line))).toMatchObject({ line });
    expect(rowAt(indexOf(7))).toMatchObject({ type: 'gap' });
    expect(stepAt(4)?.section.step).toBe(0);
    expect(stepAt(0)).toBeNull();
    const folded = rows([1]);
    expect(folded.rowAt(folded.indexOf(8))).toMatchObject({ type: 'step', isFolded: true });
    expect(folded.rowAt(folded.count - 1)).toMatchObject({ line: 10 });
  });

  it('make as many rows as there are lines, however they are cut', () => {
    const offsets = fc.uniqueArray(fc.nat(400), { maxLength: 8 }).map(all => all.sort((a, b) => a - b));
    fc.assert(
      fc.property(offsets, all => {
        const some = all.map((offset, n) =>
          n % 2 === 0 ? started(n, n / 2, offset) : ended(n, (n - 1) / 2, offset),
        );
        const { count, rowAt, steps } = rowsOf({
          sections: sectionsOf(some, placeOf),
          lines: 41,
          gaps: [],
          isFolded: () => false,
        });
        const lines = Array.from({ length: count }, (_, index) => rowAt(index)).flatMap(row =>
          row?.type === 'line' ? [row.line] : [],
        );
        expect([...new Set(lines)]).toEqual(Array.from({ length: 41 }, (_, n) => n));
        expect(steps).toHaveLength(Math.ceil(all.length / 2));
      }),
    );
  });
});

describe('the rows that the list is made of', () => {
  it('are all of a small log', () => {
    expect(windowFor({ from: 0, count: 0 }, { from: 0, to: 0 }, 500)).toEqual({ from: 0, count: 500 });
  });

  it('move when what is seen comes near their end, and have it among them always', () => {
    let window = windowAround(0, 1_000_000);
    expect(window).toEqual({ from: 0, count: 6_000 });
    let moves = 0;
    for (let row = 0; row < 1_000_000; row += 100) {
      const next = windowFor(window, { from: row, to: row + 50 }, 1_000_000);
      if (next !== window) moves++;
      window = next;
      expect(row >= window.from && row + 50 <= window.from + window.count).toBe(true);
    }
    expect(moves).toBeLessThan(600);
  });

  it('move rarely while the end is followed', () => {
    let window = { from: 0, count: 0 };
    let moves = 0;
    for (let rows = 0; rows <= 100_000; rows += 10) {
      const next = windowAtEnd(window, rows);
      expect(next.from + next.count).toBe(rows);
      if (next.from !== window.from) moves++;
      window = next;
    }
    expect(moves).toBeLessThan(40);
    expect(windowAtEnd(window, 5)).toEqual({ from: 0, count: 5 });
  });
});

describe('what was found', () => {
  const lines = [3, 10, 20];

  it('is gone through in both directions, and round', () => {
    expect([0, 3, 9, 20].map(line => stepFrom(lines, line, 1))).toEqual([3, 10, 10, 3]);
    expect([0, 3, 15, 99].map(line => stepFrom(lines, line, -1))).toEqual([20, 20, 10, 20]);
    expect(stepFrom([], 5, 1)).toBeNull();
    expect([isHit(lines, 10), isHit(lines, 11)]).toEqual([true, false]);
  });

  it('is one answer made of several, without a line twice', () => {
    const before = { matches: 3, lines, scanned: 21, isComplete: true, cut: 1 };
    const more = { matches: 2, lines: [20, 25], scanned: 30, isComplete: true, cut: 0 };
    expect(joinHits(before, more, 20)).toEqual({
      matches: 4,
      lines: [3, 10, 20, 25],
      scanned: 30,
      isComplete: true,
      cut: 1,
    });
  });

  it('is a few marks on a bar', () => {
    expect(bucketsOf([0, 1, 2, 500, 999], 1_000, 10)).toEqual([0, 5, 9]);
    expect(bucketsOf([], 0, 10)).toEqual([]);
  });
});

describe('times', () => {
  it('are those of arrival, else those of a step’s mark, and not made up between', () => {
    const times = createTimes();
    times.add({ at: 5, from: 100, to: 150 });
    times.mark(1, 0);
    times.mark(6, 120);
    times.mark(7, 160);
    const spans = [
      [0, 50, 1],
      [50, 100, null],
      [100, 120, 5],
      [110, 121, 5],
      [121, 200, 5],
      [150, 160, null],
      [150, 161, 7],
    ] as const;
    for (const [from, to, at] of spans) expect([from, to, times.of(from, to)]).toEqual([from, to, at]);
    times.clear();
    expect(times.of(0, 50)).toBeNull();
  });

  it('are those of the coordinator where it has any, before and behind those of the page', () => {
    const times = createTimes();
    times.add({ at: 1, from: 0, to: 10 });
    times.add({ at: 25, from: 20, to: 30 });
    times.add({ at: 90, from: 40, to: 50 });
    times.learn(
      [
        { offset: 10, at: 10 },
        { offset: 25, at: 20 },
      ],
      40,
    );
    expect([0, 10, 20, 30, 40].map(from => times.of(from, from + 1))).toEqual([1, 10, 10, 20, 90]);
    times.learn([], 50);
    expect(times.of(0, 1)).toBe(1);
  });

  it('are of day or since the beginning', () => {
    expect(timeOfDay(new Date(2026, 0, 1, 9, 5, 7).getTime())).toBe('09:05:07');
    expect([timeSince(65_999, 0), timeSince(3_723_000, 0), timeSince(0, 5_000)]).toEqual([
      '+1:05',
      '+1:02:03',
      '+0:00',
    ]);
  });
});
