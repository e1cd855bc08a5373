import { afterEach, beforeEach, expect, test } from 'vitest';
import { createTypicalTimes, type TypicalTimes } from '#coordinator/queue/typical-times.ts';
import { limits } from '#shared/limits.ts';
import { type Lab, openLab } from '../support/brain-lab.ts';
import { openGuests, passed } from '../support/guest-lab.ts';
import { leaseJob } from '../support/rows.ts';

let lab: Lab;
let typicalMs: TypicalTimes;
beforeEach(async () => {
  lab = await openLab();
  typicalMs = createTypicalTimes(lab.now);
});
afterEach(() => lab.close());

/** A job that passes after so long. */
async function pass(ms: number) {
  const { attempt } = await leaseJob(lab);
  lab.clock.now += ms;
  await openGuests(lab).finish(attempt, passed);
}

const typical = () => typicalMs(lab.store.read, 'linux');

test('nobody knows how long an image takes before a job of it has passed', async () => {
  expect(await typical()).toBeNull();
  await pass(5_000);
  expect(await typical()).toBe(5_000);
  expect(await typicalMs(lab.store.read, 'netbsd')).toBeNull();
});

test('it is the median of the last ones, looked up anew after a while', async () => {
  await pass(5_000);
  expect(await typical()).toBe(5_000);
  await pass(1_000);
  await pass(1_000);
  expect(await typical()).toBe(5_000);
  lab.clock.now += limits.typicalTimeKeptMs;
  expect(await typical()).toBe(1_000);
});

test('a clock that is set back does not keep it for ever', async () => {
  await pass(5_000);
  expect(await typical()).toBe(5_000);
  await pass(1_000);
  await pass(1_000);
  lab.clock.now -= 3_600_000;
  expect(await typical()).toBe(1_000);
});
