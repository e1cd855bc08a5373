import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createCandidateFilter } from '#agent/guest/logs/candidate-filter.ts';

const letters = (minLength: number, maxLength: number) =>
  fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength, maxLength }).map(text => Buffer.from(text));

/** Whether a pattern begins at a place, or may: the bytes end first. */
const begins = (patterns: Buffer[], text: Buffer, at: number): boolean =>
  patterns.some(pattern => {
    const seen = text.subarray(at, at + pattern.length);
    return seen.equals(pattern.subarray(0, seen.length));
  });

test('no place is passed over at which a pattern begins, or may begin', () => {
  fc.assert(
    fc.property(
      fc.array(letters(2, 12), { minLength: 1, maxLength: 5 }),
      letters(0, 200),
      fc.nat(),
      (patterns, text, place) => {
        const from = place % (text.length + 1);
        const next = createCandidateFilter(patterns).next(text, from);
        expect(next).toBeGreaterThanOrEqual(from);
        expect(next).toBeLessThanOrEqual(text.length);
        for (let at = from; at < next; at++) expect(begins(patterns, text, at)).toBe(false);
      },
    ),
    { numRuns: 2_000 },
  );
});

test('a text in which nothing begins is passed over as far as it tells', () => {
  const filter = createCandidateFilter([Buffer.from('secret-of-some-length'), Buffer.alloc(300, 'y')]);
  expect(filter.next(Buffer.alloc(10_000, 'x'), 0)).toBeGreaterThan(10_000 - 21);
  expect(filter.next(Buffer.from('is it secret-of-some-length'), 0)).toBe(6);
});
