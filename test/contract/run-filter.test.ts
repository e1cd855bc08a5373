import { describe, expect, test } from 'vitest';
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
];

describe('a run', () => {
  test.each(shown)('is shown by %j', filter => expect(isShown(filter, run)).toBe(true));
  test.each(hidden)('is left out by %j', filter => expect(isShown(filter, run)).toBe(false));
});

test('a filter is read from the address as it is written there', () => {
  expect(runFilter.parse({ change: '128', outcome: 'failed' })).toEqual({ change: 128, outcome: 'failed' });
  for (const wrong of [{ change: 'x' }, { change: '0' }, { outcome: 'bad' }, { text: '' }])
    expect(runFilter.safeParse(wrong).success).toBe(false);
});
