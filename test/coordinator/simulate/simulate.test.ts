import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { simulate } from '#coordinator/simulate/simulate.ts';
import { scenarioFile } from '#shared/scenario-file.ts';
import { simulation } from '#shared/simulation.ts';
import { burst } from './decision-log.ts';

const minute = 60_000;
const exactly = (time: string) => ({ p50: time, p95: time });
const never = { boot: 0, hang: 0, 'hosts-lost': 0 };
type Written = z.input<typeof scenarioFile>;

const one: NonNullable<Written['pools']>[number] = {
  ...{ image: 'debian-12', boot: exactly('5s'), run: exactly('1m') },
};
/** So many jobs that come at once to one pool; everything takes exactly as long as it says. */
const play = (jobs: number, pool: Partial<typeof one> = {}, written: Written = {}) =>
  simulate({
    scenario: scenarioFile.parse({ failures: never, hosts: [{}], pools: [{ ...one, ...pool }], ...written }),
    arrivals: [burst('debian-12', jobs, minute, minute)],
  });

describe('what a job waits for', () => {
  test('is the boot of a machine where none is kept ready, and nothing where one is', async () => {
    expect((await play(1)).total.waitMs).toEqual({ p50: 5_000, p95: 5_000, max: 5_000 });
    expect((await play(1, { warm: 1 })).total.waitMs).toEqual({ p50: 0, p95: 0, max: 0 });
  });

  test('is the job before it where the pool may have one machine: its end, a look of the planner, a boot', async () => {
    const { waitMs, queuePeak, machines } = (await play(3, { max: 1, end: '2s' }, { gather: '1s' })).total;
    const turn = minute + 2_050 + 5_000;
    expect(waitMs?.p50).toBeGreaterThanOrEqual(5_000 + turn);
    expect(waitMs?.p50).toBeLessThanOrEqual(5_000 + turn + 1_000);
    expect(waitMs?.max).toBeGreaterThanOrEqual(5_000 + 2 * turn);
    expect([queuePeak, machines.made, machines.peak]).toEqual([3, 3, 1]);
  });

  test('is room on the hosts: what was short, for how long and by how many is told in the words of the planner', async () => {
    const { pools } = await play(8, { cpus: 4 }, { hosts: [{ cpus: 16 }] });
    expect(pools[0]?.shortages).toMatchObject([
      { kind: 'cpus', missing: 4, text: 'it needs 4 CPUs, and host has 0 free' },
    ]);
    expect(pools[0]?.shortages[0]?.ms).toBeGreaterThan(minute);
  });
});

test('machine hours, utilisation and cost are those of the machines that were there', async () => {
  const { total, hosts } = await play(4, { price: 0.5 }, { hosts: [{ cpus: 8, memory: '16GiB' }] });
  const hours = (4 * (minute + 5_000)) / 3_600_000;
  expect(total.machineHours).toBeCloseTo(hours, 1);
  expect(total.cost).toBeCloseTo(total.machineHours * 0.5);
  expect(total.utilisation).toBeCloseTo(60 / 65, 1);
  expect([hosts.cpus.peak, hosts.memory.peak]).toEqual([1, 1]);
});

test('the same seed gives the same simulation, another one another', async () => {
  const play = (seed: number) => simulate({ scenario: scenarioFile.parse({ seed, days: 0.1 }), jobs: 300 });
  const [first, again, other] = [await play(1), await play(1), await play(2)];
  expect(first).toEqual(again);
  expect(other.total.waitMs).not.toEqual(first.total.waitMs);
  expect(simulation.parse(first)).toEqual(first);
});

test('jobs of a host that vanished are tried again on another one, after their lease', async () => {
  const hosts = [{ count: 2, cpus: 2 }];
  const failures = { ...never, 'hosts-lost': 80, 'back-after': '5m' };
  const { total, hosts: seen } = await play(20, {}, { seed: 4, days: 0.05, hosts, failures });
  expect(seen.lost).toBeGreaterThan(0);
  expect(total.lost).toBeGreaterThan(0);
  expect(total.ended + total.errored).toBe(20);
});

test('boots that fail are counted, and their jobs wait for the next try', async () => {
  const { total } = await play(40, {}, { seed: 2, failures: { ...never, boot: 0.3, hang: 0.1 } });
  expect(total.machines.failed).toBeGreaterThan(5);
  expect(total.machines.made).toBe(40 + total.machines.failed);
  expect([total.ended, total.unfinished]).toEqual([40, 0]);
});

test('where more comes than the fleet can do, the simulation ends all the same and says what is left', async () => {
  const { total, durationMs } = await play(2_000, { max: 1, run: exactly('5m') }, { days: 0.01 });
  expect(durationMs / 86_400_000).toBeCloseTo(1.02, 1);
  expect(total.unfinished).toBe(2_000 - total.ended);
  expect(total.unfinished).toBeGreaterThan(500);
});

test('the queue and the machines over time are sampled at equal distances', async () => {
  const { series } = await play(30, { max: 5 });
  const [{ queued, machines, busy } = { queued: [], machines: [], busy: [] }] = series.pools;
  expect([queued.length, machines.length, busy.length]).toEqual(Array(3).fill(queued.length));
  expect([Math.max(...machines), Math.max(...busy)]).toEqual([5, 5]);
});

test('a job of a busy repository does not hold up one of a quiet repository', async () => {
  const scenario = scenarioFile.parse({ failures: never, hosts: [{}], pools: [{ ...one, max: 2 }] });
  const waits: number[] = [];
  const crowd = burst('debian-12', 40, minute);
  const quiet = burst('debian-12', 1, minute, 10_000);
  for (const job of quiet.jobs) Object.assign(job, { repositoryId: 'glider', changeKey: 'glider #1' });
  const onLeased = (job: { repositoryId: string; createdAt: number }, _: unknown, now: number) => {
    if (job.repositoryId === 'glider') waits.push(now - job.createdAt);
  };
  await simulate({ scenario, arrivals: [crowd, quiet], observer: { onLeased } });
  expect(waits).toHaveLength(1);
  expect(waits[0]).toBeLessThan(2 * minute);
});
