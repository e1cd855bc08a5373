import { describe, expect, test } from 'vitest';
import { limits } from '#shared/limits.ts';
import { isShown, type RunFilter, runFilter } from '#shared/run-filter.ts';

const run = {
  repository: 'acme/rocket',
  ref: 'fix-overflow',
  change: 128,
  changeTitle: 'Large files',
  number: 7,
  author: 'octocat',
  standing: 'failed',
  title: 'Read the size as 64 bits before adding',
  createdAt: Date.UTC(2026, 10, 30, 12),
  commit: '3f2c1ab'.padEnd(40, '0'),
  jobs: [{ image: 'debian-12' }, { image: 'openbsd-7.9' }],
} as const;

const shown: RunFilter[] = [
  {},
  { repository: 'Acme/Rocket' },
  { branch: 'fix-overflow', author: 'OctoCat' },
  { change: 128 },
  { image: 'openbsd-7.9' },
  { outcome: 'failed' },
  { text: 'size  64 bits' },
  { text: '3f2c1' },
  { text: '#128 octocat' },
  { text: '#7' },
  { text: 'large 64' },
  { since: '2026-11-30', until: '2026-11-30' },
  { since: '2026-11-30T13:00:00+01:00' },
];

const hidden: RunFilter[] = [
  { repository: 'acme/rock' },
  { branch: 'fix' },
  { change: 12 },
  { author: 'octo' },
  { image: 'openbsd' },
  { outcome: 'passed' },
  { text: 'size nowhere' },
  { text: 'f2c1' },
  { author: 'octocat', image: 'netbsd-10' },
  { since: '2026-12-01' },
  { until: '2026-11-29' },
  { until: '2026-11-30T12:00:00Z' },
  { test: 'overflow' },
];

describe('a run', () => {
  test.each(shown)('is shown by %j', filter => expect(isShown(filter, run)).toBe(true));
  test.each(hidden)('is left out by %j', filter => expect(isShown(filter, run)).toBe(false));
});

test('a filter is read from the address as it is written there', () => {
  expect(runFilter.parse({ change: '128', outcome: 'failed' })).toEqual({ change: 128, outcome: 'failed' });
  const many = Array.from({ length: limits.filterWords + 1 }, (_, n) => n).join(' ');
  for (const wrong of [
    ...[{ change: 'x' }, { change: '0' }, { change: '99999999999' }, { outcome: 'bad' }, { text: '' }],
    ...[{ since: 'yesterday' }, { until: '2026-11-31' }, { since: '2026-11-30T12:00:00' }],
    ...[{ text: 'x'.repeat(10_000) }, { text: many }, { author: 'x'.repeat(10_000) }],
  ])
    expect(runFilter.safeParse(wrong).success).toBe(false);
});
