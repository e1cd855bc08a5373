import fc from 'fast-check';
import { expect, test } from 'vitest';
import { clip, pad, plain, textWidth, wrap } from '#coordinator/cli/output/text-width.ts';

test.each([
  ['abc', 3],
  ['wörter', 6],
  ['日本', 4],
  ['👩‍🚀', 2],
  ['⚡', 2],
  ['✓●○◇⧖✕–', 7],
  ['e\u0301', 1],
])('%j is %i columns wide', (text, width) => {
  expect(textWidth(text)).toBe(width);
});

test('what does not fit ends in "…", and never in half of a wide character', () => {
  expect(clip('fix overflow', 12)).toBe('fix overflow');
  expect(clip('fix overflow', 8)).toBe('fix ove…');
  expect(clip('fix overflow', 5)).toBe('fix…');
  expect(clip('日本日本', 4)).toBe('日…');
});

test('clipped and padded text is as wide as it was told to be', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 20 }), (text, width) => {
      expect(textWidth(clip(plain(text), width))).toBeLessThanOrEqual(width);
      expect(textWidth(pad(clip(plain(text), width), width))).toBe(width);
    }),
  );
});

test('a sentence is broken at spaces, a long word stays whole, and nothing is lost', () => {
  expect(wrap('the suite runs as you', 9)).toEqual(['the suite', 'runs as', 'you']);
  expect(wrap('see http://127.0.0.1:7070/runs now', 10)).toEqual([
    'see',
    'http://127.0.0.1:7070/runs',
    'now',
  ]);
  expect(wrap('  indented', 80)).toEqual(['  indented']);
  fc.assert(
    fc.property(fc.string(), fc.integer({ min: 1, max: 30 }), (text, width) => {
      expect(wrap(text, width).join(' ')).toBe(text);
    }),
  );
});

test('what comes from outside is one line, moves no cursor and turns nothing round', () => {
  expect(plain('a\n\u001b[2Jb\u009bc ')).toBe('a [2Jb c');
  expect(plain('fix\u202e-gnorw\u2069')).toBe('fix-gnorw');
});
