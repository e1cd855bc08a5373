import { expect, test } from 'vitest';
import { redialPace } from '#shared/redial-pace.ts';

/** As the client asks: before each try, and again after each pause. */
function pacing() {
  let now = 5_000;
  const pace = redialPace({ waitMs: 100, jitterMs: 50, monotonicMs: () => now, random: () => 0.5 });
  const pass = (ms: number) => {
    now += ms;
  };
  return { pace, pass };
}

const atOnce = -Infinity;

test('the first try is made at once, and so is one after a connection that lasted', () => {
  const { pace, pass } = pacing();
  expect(pace()).toBe(atOnce);
  pass(3_600_000);
  expect(pace()).toBe(atOnce);
});

test('a try that failed is followed by a pause, the pause by a try', () => {
  const { pace, pass } = pacing();
  expect(pace()).toBe(atOnce);
  pass(1);
  expect(pace()).toBe(125);
  pass(125);
  expect(pace()).toBe(atOnce);
  expect(pace()).toBe(125);
});

test('a pause that ended early goes on', () => {
  const { pace, pass } = pacing();
  pace();
  pass(99);
  expect(pace()).toBe(125);
  pass(1);
  expect(pace()).toBe(atOnce);
});
