import { describe, expect, test } from 'vitest';
import {
  type CacheFacts,
  chooseCache,
  evictions,
  type Scopes,
  scopesOf,
} from '#coordinator/caches/choose-cache.ts';

const facts: CacheFacts = { purpose: 'change', isTrusted: true, branch: 'main', change: 12 };

test.each<[string, Partial<CacheFacts>, Scopes]>([
  ['what has landed', { purpose: 'landed', change: null }, { reads: ['branch main'], writes: 'branch main' }],
  ['a trusted change', {}, { reads: ['change 12', 'branch main'], writes: 'change 12' }],
  ['a change that is not trusted', { isTrusted: false }, { reads: ['branch main'], writes: null }],
  ['a change into a release', { branch: 'v2' }, { reads: ['change 12', 'branch v2'], writes: 'change 12' }],
  [
    'a run by hand',
    { purpose: 'manual', change: null },
    { reads: ['manual', 'branch main'], writes: 'manual' },
  ],
  [
    'a commit by hand that is not trusted',
    { purpose: 'manual', isTrusted: false, change: null },
    { reads: ['branch main'], writes: null },
  ],
])('%s reads and writes caches of its own scopes', (_, differences, scopes) => {
  expect(scopesOf({ ...facts, ...differences })).toEqual(scopes);
});

describe('of several caches', () => {
  const there = (...caches: [scope: string, key: string][]) => {
    return (scope: string, key: string | null) =>
      Promise.resolve(caches.findLast(([s, k]) => s === scope && (key === null || k === key)) ?? null);
  };
  const reads = ['change 12', 'branch main'];

  test('an exact one of the base comes before another key of its own', async () => {
    const newest = there(['change 12', 'old'], ['branch main', 'k']);
    expect(await chooseCache(reads, 'k', newest)).toEqual({ cache: ['branch main', 'k'], isExact: true });
  });

  test('without an exact one the newest of its own is taken, then that of the base', async () => {
    const newest = there(['branch main', 'a'], ['change 12', 'b'], ['change 12', 'c']);
    expect(await chooseCache(reads, 'k', newest)).toEqual({ cache: ['change 12', 'c'], isExact: false });
    const ofBase = there(['branch main', 'a']);
    expect(await chooseCache(reads, 'k', ofBase)).toEqual({ cache: ['branch main', 'a'], isExact: false });
  });

  test('another scope is not looked into', async () => {
    expect(await chooseCache(reads, 'k', there(['change 13', 'k'], ['branch v2', 'k']))).toBeNull();
  });
});

test('what was not used for long goes, and of each repository what is beyond its bound, used last first', () => {
  const cache = (repository: string, usedAt: number, bytes = 40) => ({ repository, usedAt, bytes });
  const [newest, second, third] = [cache('a', 99), cache('a', 90), cache('a', 80)];
  const [other, ancient, small] = [cache('b', 95), cache('b', 1), cache('a', 70, 20)];
  const caches = [newest, other, second, third, small, ancient];
  const bounds = { now: 100, keepMs: 50, repositoryBytes: 100 };
  expect(evictions(caches, bounds)).toEqual([third, ancient]);
});
