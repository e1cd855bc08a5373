import { expect, test } from 'vitest';
import { watchLeaps } from '#coordinator/wiring/leap-watch.ts';

test('a clock that is set is noticed once, in either direction; one that merely goes is not', () => {
  const clock = { wall: 1_000_000, steady: 0 };
  const hasLeapt = watchLeaps(
    () => clock.steady,
    () => clock.wall,
  );
  const pass = (wall: number, steady: number) => {
    clock.wall += wall;
    clock.steady += steady;
    return hasLeapt();
  };
  expect(hasLeapt()).toBe(true);
  expect(pass(1_000, 1_000)).toBe(false);
  expect(pass(61_500, 60_000)).toBe(false);
  expect(pass(-7_200_000, 1_000)).toBe(true);
  expect(pass(1_000, 1_000)).toBe(false);
  expect(pass(3_001_000, 1_000)).toBe(true);
});
