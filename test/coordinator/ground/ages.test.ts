import { beforeEach, expect, test } from 'vitest';
import { type Ages, createAges } from '#coordinator/ground/ages.ts';

const hour = 3_600_000;
let time: { monotonic: number; wall: number };
let ages: Ages;

beforeEach(() => {
  time = { monotonic: 1_000, wall: 1_700_000_000_000 };
  ages = createAges(
    () => time.monotonic,
    () => time.wall,
  );
});

function pass(ms: number): void {
  time.monotonic += ms;
  time.wall += ms;
}

const ageOf = (since: number, id = 'one') => ages([{ id, since }]).get(id);

test('what there was before the first look is as old as the wall clock says', () => {
  expect(ageOf(time.wall - hour)).toBe(hour);
  pass(5);
  expect(ageOf(time.wall - hour - 5)).toBe(hour + 5);
});

test.each([hour, -hour])('the wall clock is set by %i ms: nothing gets older or younger by it', leap => {
  const since = time.wall - 10;
  ageOf(since);
  time.wall += leap;
  pass(5);
  expect(ageOf(since)).toBe(15);
});

test('what came since the last look is not older than that, though the clock was set meanwhile', () => {
  ages([]);
  pass(5);
  const since = time.wall;
  time.wall += hour;
  pass(5);
  expect(ageOf(since)).toBe(10);
});

test('what is in another state since begins anew, and what comes from the future is new', () => {
  const since = time.wall;
  ageOf(since);
  pass(50);
  expect(ageOf(time.wall)).toBe(0);
  expect(ageOf(time.wall + hour, 'two')).toBe(0);
});

test('what a look does not name is forgotten', () => {
  const since = time.wall - hour;
  ageOf(since);
  pass(5);
  ages([]);
  expect(ageOf(since)).toBe(0);
});
