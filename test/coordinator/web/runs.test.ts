import { describe, expect, test } from 'vitest';
import { titleOf } from '#coordinator/web/parts/run-facts.ts';
import { slotsOf } from '#coordinator/web/parts/slots.ts';
import { choicesOf } from '#coordinator/web/runs/choices.ts';
import { idsOf, isNewer, type Pages, patched, prepended } from '#coordinator/web/runs/merge-runs.ts';
import { jobOf, runId, runLineOf } from './samples.ts';

const pages = (...numbers: number[][]): Pages => ({
  pages: numbers.map((page, index) => ({
    items: page.map(n => runLineOf(n)),
    next: index < numbers.length - 1 ? runId(page.at(-1) ?? 0) : null,
  })),
  pageParams: numbers.map((_, index) => (index === 0 ? null : 'a cursor')),
});

const numbersOf = (data: Pages) => data.pages.map(({ items }) => items.map(({ number }) => number));

describe('a list of runs', () => {
  test('shows what changed in its place, on any page, and adds nothing', () => {
    const data = patched(pages([5, 4], [3, 2]), [runLineOf(3, { standing: 'passed' }), runLineOf(9)]);
    expect(numbersOf(data)).toEqual([
      [5, 4],
      [3, 2],
    ]);
    expect(data.pages[1]?.items[0]?.standing).toBe('passed');
  });

  test('keeps the pages on which nothing changed as they are', () => {
    const before = pages([5, 4], [3, 2]);
    expect(patched(before, [runLineOf(3)]).pages[0]).toBe(before.pages[0]);
  });

  test('takes newer runs in at its head, newest first, each once', () => {
    expect(numbersOf(prepended(pages([5, 4]), [runLineOf(6), runLineOf(8), runLineOf(5)]))).toEqual([
      [8, 6, 5, 4],
    ]);
    expect(numbersOf(prepended(pages([]), [runLineOf(1)]))).toEqual([[1]]);
  });

  test('knows what is newer than all of it, and what is in it', () => {
    expect(isNewer(runLineOf(6), pages([5, 4]))).toBe(true);
    expect(isNewer(runLineOf(3), pages([5, 4]))).toBe(false);
    expect(isNewer(runLineOf(3), pages([]))).toBe(true);
    expect([...idsOf(pages([5], [4]))]).toEqual([runId(5), runId(4)]);
  });
});

test('a square keeps its place in every run of its repository, whatever ran', () => {
  const slots = slotsOf([
    runLineOf(3, { jobs: [jobOf(1, { image: 'debian-12' }), jobOf(2, { image: 'netbsd-10' })] }),
    runLineOf(2, { jobs: [jobOf(3, { image: 'openbsd-7.9' }), jobOf(4, { image: 'debian-12' })] }),
    runLineOf(1, { repository: 'acme/other', jobs: [jobOf(5, { suite: 'lint' })] }),
  ]);
  expect(slots.get('acme/rocket')).toEqual(['unit\ndebian-12', 'unit\nnetbsd-10', 'unit\nopenbsd-7.9']);
  expect(slots.get('acme/other')).toEqual(['lint\ndebian-12']);
});

test('the first line of a message is the title; without one it is the commit', () => {
  expect(titleOf(runLineOf(1, { title: 'Mend it\n\nbecause it broke' }))).toBe('Mend it');
  expect(titleOf(runLineOf(1, { title: ' ' }))).toBe('Commit 0000000');
});

test('filters offer the names in the list, each once; the branch of a pull request is found by its number', () => {
  const runs = [
    runLineOf(1, { jobs: [jobOf(1), jobOf(2)] }),
    runLineOf(2, { ref: 'fix', change: 7, author: '' }),
    runLineOf(3, { ref: 'a' }),
  ];
  expect(choicesOf(runs)).toEqual({
    repository: ['acme/rocket'],
    branch: ['a', 'main'],
    author: ['octocat'],
    image: ['debian-12'],
  });
});
