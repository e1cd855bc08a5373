import { beforeEach, describe, expect, test } from 'vitest';
import { createLeaseClock, type LeaseClock } from '#coordinator/queue/lease-clock.ts';
import { limits } from '#shared/limits.ts';
import { attempt } from '#test/contract/sample-ids.ts';

const one = attempt(1);
let time: { monotonic: number; wall: number };
let clock: LeaseClock;

beforeEach(() => {
  time = { monotonic: 1_000, wall: 1_700_000_000_000 };
  clock = createLeaseClock(
    () => time.monotonic,
    () => time.wall,
  );
});

/** Goes on for so long, ticking as often as it should, or as often as told. */
function pass(ms: number, everyMs: number = limits.renewalMs): void {
  for (let left = ms; left > 0; left -= everyMs) {
    time.monotonic += Math.min(left, everyMs);
    time.wall += Math.min(left, everyMs);
    clock.tick();
  }
}

describe('a lease', () => {
  test('lasts as long as it is renewed, and one lease more', () => {
    for (let n = 0; n < 20; n++) {
      clock.renewed(one);
      pass(limits.renewalMs);
      expect(clock.isOver(one)).toBe(false);
    }
    pass(limits.leaseMs - limits.renewalMs);
    expect(clock.isOver(one)).toBe(false);
    pass(1);
    expect(clock.isOver(one)).toBe(true);
  });

  test('of an attempt never heard of begins when it is first asked for', () => {
    pass(10 * limits.leaseMs);
    expect(clock.isOver(one)).toBe(false);
    pass(limits.leaseMs);
    expect(clock.isOver(one)).toBe(false);
    pass(1);
    expect(clock.isOver(one)).toBe(true);
  });

  test('that was forgotten begins anew', () => {
    clock.renewed(one);
    pass(limits.leaseMs + 1);
    clock.forget(one);
    expect(clock.isOver(one)).toBe(false);
  });
});

describe('after a gap everybody gets one full lease', () => {
  const hasFullLease = () => {
    expect(clock.isOver(one)).toBe(false);
    expect(clock.isAttentive()).toBe(false);
    pass(limits.leaseMs);
    expect(clock.isOver(one)).toBe(false);
    pass(1);
    expect([clock.isOver(one), clock.isAttentive()]).toEqual([true, true]);
  };
  beforeEach(() => {
    clock.renewed(one);
    pass(limits.leaseMs + 1);
    expect([clock.isOver(one), clock.isAttentive()]).toEqual([true, true]);
  });

  test('of this process, which slept or was stopped', () => {
    pass(limits.renewalMs + 1, limits.renewalMs + 1);
    hasFullLease();
  });

  test('of the bus, counted from its return', () => {
    clock.connection(false);
    pass(10 * limits.leaseMs);
    expect([clock.isOver(one), clock.isAttentive()]).toEqual([false, false]);
    clock.connection(true);
    hasFullLease();
  });

  test.each([1, -1])('of the wall clock, by which deadlines are kept (%i hour)', hours => {
    time.wall += hours * 3_600_000;
    clock.tick();
    hasFullLease();
  });
});

test('nobody is attentive before a first full lease', () => {
  expect(clock.isAttentive()).toBe(false);
  pass(limits.leaseMs);
  expect(clock.isAttentive()).toBe(false);
  pass(1);
  expect(clock.isAttentive()).toBe(true);
});

test('a wall clock that is corrected by little ends no lease and begins none', () => {
  clock.renewed(one);
  pass(limits.leaseMs + 1);
  time.wall += limits.renewalMs;
  clock.tick();
  expect([clock.isOver(one), clock.isAttentive()]).toEqual([true, true]);
});
