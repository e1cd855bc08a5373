import { expect, test } from 'vitest';
import { ageText, exactText, leftText } from '#coordinator/web/parts/ages.ts';

const now = Date.UTC(2026, 10, 25, 12);
const second = 1_000;
const hour = 3_600 * second;

test.each([
  [0, 'now'],
  [59 * second, 'now'],
  [60 * second, '1 min'],
  [59 * 60 * second, '59 min'],
  [hour, '1 h'],
  [47 * hour, '47 h'],
  [48 * hour, '2 d'],
  [29 * 24 * hour, '29 d'],
  [30 * 24 * hour, '2026-10-26'],
  // A coordinator that is a moment ahead.
  [-3 * second, 'now'],
])('%d ms ago is "%s"', (ms, text) => expect(ageText(now - ms, now)).toBe(text));

test('the exact time says its zone', () => expect(exactText(now)).toBe('2026-11-25 12:00:00 UTC'));

test.each([
  [-1, null],
  [0, null],
  [59_999, 'less than a minute'],
  [61_000, '1 min'],
  [3_600_000, '1 h'],
  [47 * 3_600_000, '47 h'],
  [90 * 86_400_000, '90 d'],
])('what ends in %d ms has %j left', (ms, text) => expect(leftText(now + ms, now)).toBe(text));
