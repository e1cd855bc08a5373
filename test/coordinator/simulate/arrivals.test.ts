import { expect, test } from 'vitest';
import type { z } from 'zod';
import { arrivalsOf } from '#coordinator/simulate/arrivals.ts';
import { createChance } from '#coordinator/simulate/chance.ts';
import { scenarioFile } from '#shared/scenario-file.ts';

const hourMs = 3_600_000;

function arrivals(written: z.input<typeof scenarioFile>, count: number, seed = 1) {
  return [...arrivalsOf(scenarioFile.parse(written), count, createChance(seed, 0))];
}
const jobsOf = (drawn: ReturnType<typeof arrivals>) => drawn.flatMap(({ jobs }) => jobs);

test('as many jobs come as were asked for, in order, in about the days of the scenario', () => {
  const drawn = arrivals({ days: 2 }, 6_001);
  expect(jobsOf(drawn)).toHaveLength(6_001);
  const times = drawn.map(({ at }) => at);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  expect((times.at(-1) ?? 0) / (48 * hourMs)).toBeCloseTo(1, 1);
});

test('a commit has a job in every pool, and in some only as often as they say', () => {
  const pools = [{ image: 'all' }, { image: 'few', share: 0.25 }];
  const drawn = arrivals({ pools }, 10_000);
  const count = (image: string) => jobsOf(drawn).filter(job => job.image === image).length;
  expect(count('few') / count('all')).toBeCloseTo(0.25, 1);
  expect(drawn.every(({ jobs }) => new Set(jobs.map(({ changeKey }) => changeKey)).size === 1)).toBe(true);
});

test('hours without weight have no commits, and twice the weight has twice as many', () => {
  const day = Array.from({ length: 24 }, (_, hour) => ({ 9: 1, 14: 2 })[hour] ?? 0);
  const hours = arrivals({ days: 4, commits: { day } }, 8_000).map(({ at }) => Math.floor(at / hourMs) % 24);
  const count = (hour: number) => hours.filter(each => each === hour).length;
  expect(new Set(hours)).toEqual(new Set([9, 14]));
  expect(count(14) / count(9)).toBeCloseTo(2, 0);
});

test('changes of forks come untrusted, and have no job where nothing is isolated', () => {
  const pools = [{ image: 'vm' }, { image: 'here', driver: 'process' as const }];
  const jobs = jobsOf(arrivals({ pools, commits: { forks: 0.5 } }, 2_000));
  const untrusted = jobs.filter(({ isTrusted }) => !isTrusted);
  expect(untrusted.length).toBeGreaterThan(200);
  expect(new Set(untrusted.map(({ image }) => image))).toEqual(new Set(['vm']));
});

test('what comes does not depend on hosts, warm machines and limits: two fleets can be compared', () => {
  const small = arrivals({ pools: [{ image: 'vm', max: 2 }], hosts: [{}] }, 500);
  const large = arrivals({ pools: [{ image: 'vm', warm: 9 }], hosts: [{ count: 90 }] }, 500);
  expect(small).toEqual(large);
  expect(arrivals({ pools: [{ image: 'vm' }] }, 500, 2)).not.toEqual(small);
});
