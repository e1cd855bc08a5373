import { expect, test } from 'vitest';
import { timesOf } from '#shared/run-times.ts';

const span = (startedAt: number | null, endedAt: number | null) => ({ startedAt, endedAt });

test('a run takes from its first job that began to its last that ended', () => {
  expect(timesOf([span(10, 50), span(5, 20)])).toEqual({ from: 5, to: 50, pausedMs: 0 });
  expect(timesOf([span(10, 50), span(20, 30), span(50, 60)])).toEqual({ from: 10, to: 60, pausedMs: 0 });
});

test('there are no times before the first job has a machine, and no end while one has', () => {
  expect(timesOf([])).toEqual({ from: null, to: null, pausedMs: 0 });
  expect(timesOf([span(null, null)])).toEqual({ from: null, to: null, pausedMs: 0 });
  expect(timesOf([span(10, 50), span(5, null)])).toEqual({ from: 5, to: null, pausedMs: 0 });
});

test('the pause before a job was repeated is not time that the run took', () => {
  const [early, repeated] = [span(0, 20), span(86_400_000, 86_400_030)];
  expect(timesOf([repeated, early])).toEqual({ from: 0, to: 86_400_030, pausedMs: 86_399_980 });
  expect(timesOf([span(86_400_000, null), early])).toEqual({ from: 0, to: null, pausedMs: 86_399_980 });
});
