import { describe, expect, test } from 'vitest';
import { duration } from '#shared/duration.ts';
import { bytesText, durationText } from '#shared/quantity-text.ts';

describe('a duration as people write it', () => {
  test.each([
    ['500ms', 500],
    ['90s', 90_000],
    ['10m', 600_000],
    ['1h', 3_600_000],
  ])('%s is %d ms', (text, ms) => {
    expect(duration.parse(text)).toBe(ms);
  });

  test.each(['', '10', '1.5h', '-1s', '1d', '1h30m', ' 1s', '0m', '1234567s'])('%j is refused', text => {
    expect(duration.safeParse(text).success).toBe(false);
  });

  test('longer than a timer of Node can wait is refused: it would fire at once', () => {
    expect(duration.safeParse('597h').success).toBe(false);
    expect(duration.parse('596h')).toBeLessThan(2 ** 31);
  });
});

test.each([
  [0, '0.0 s'],
  [950, '0.9 s'],
  [9_999, '9.9 s'],
  [10_000, '0:10'],
  [102_000, '1:42'],
  [3_599_600, '1:00:00'],
  [3_723_000, '1:02:03'],
])('%d ms reads %s', (ms, text) => {
  expect(durationText(ms)).toBe(text);
});

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1_000, '1.0 kB'],
  [999_949, '999.9 kB'],
  [999_950, '1.0 MB'],
  [16_200_000, '16.2 MB'],
  [2_500_000_000, '2.5 GB'],
])('%d bytes read %s', (bytes, text) => {
  expect(bytesText(bytes)).toBe(text);
});
