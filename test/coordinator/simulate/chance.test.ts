import { expect, test } from 'vitest';
import { createChance } from '#coordinator/simulate/chance.ts';

const many = 20_000;
const draw = (of: () => number) => Array.from({ length: many }, of).sort((a, b) => a - b);
const at = (sorted: number[], part: number) => sorted[Math.floor(part * sorted.length)] ?? Number.NaN;

test('half of what is drawn takes longer than p50, and one of twenty longer than p95', () => {
  const chance = createChance(1, 0);
  const drawn = draw(() => chance.logNormal({ p50: 60_000, p95: 300_000 }));
  expect(at(drawn, 0.5) / 60_000).toBeCloseTo(1, 1);
  expect(at(drawn, 0.95) / 300_000).toBeCloseTo(1, 1);
});

test('without a spread everything takes the same time', () => {
  const chance = createChance(1, 0);
  expect(new Set(draw(() => chance.logNormal({ p50: 5_000, p95: 5_000 })))).toEqual(new Set([5_000]));
});

test('time between events has the mean that was asked for', () => {
  const chance = createChance(1, 0);
  const sum = draw(() => chance.exponential(1_000)).reduce((total, each) => total + each, 0);
  expect(sum / many / 1_000).toBeCloseTo(1, 1);
});

test('the same seed gives the same, another stream or seed does not', () => {
  const drawn = (seed: number, stream: number) => {
    const chance = createChance(seed, stream);
    return Array.from({ length: 5 }, chance.next);
  };
  expect(drawn(1, 0)).toEqual(drawn(1, 0));
  expect(drawn(1, 1)).not.toEqual(drawn(1, 0));
  expect(drawn(2, 0)).not.toEqual(drawn(1, 0));
});
