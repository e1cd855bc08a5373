import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareHeads, type Head } from '#coordinator/github/newer-head.ts';
import { commitSha } from '#shared/ids.ts';

const sha = (letter: string) => commitSha.parse(letter.repeat(40));
const head = (letter: string, before: string | null, second: number): Head => ({
  sha: sha(letter),
  before: before === null ? null : sha(before),
  updatedAt: second * 1_000,
});

test.each<[title: string, known: Head, candidate: Head, order: string]>([
  ['a push that replaced the known head is newer', head('a', null, 1), head('b', 'a', 2), 'newer'],
  ['a push within the same second is newer by the chain', head('a', null, 1), head('b', 'a', 1), 'newer'],
  ['the head that was replaced is older', head('b', 'a', 2), head('a', null, 1), 'older'],
  ['the replaced head of the same second is older', head('b', 'a', 1), head('a', null, 1), 'older'],
  ['the same commit is the same, whenever it was seen', head('a', null, 1), head('a', 'b', 9), 'same'],
  ['with a lost push between, time decides', head('a', null, 1), head('c', 'b', 3), 'newer'],
  ['with a lost push between, an earlier one is older', head('c', 'b', 3), head('a', null, 1), 'older'],
  ['no link and the same second is unclear', head('a', null, 1), head('c', 'b', 1), 'unclear'],
  ['a link against time is unclear', head('a', 'c', 3), head('b', 'a', 1), 'unclear'],
  ['a branch forced to and fro: time decides', head('a', 'b', 3), head('b', 'a', 2), 'older'],
  ['a branch forced to and fro in one second is unclear', head('a', 'b', 2), head('b', 'a', 2), 'unclear'],
  ['a reopened pull request with a new head: time decides', head('a', null, 1), head('b', null, 5), 'newer'],
])('%s', (_, known, candidate, order) => {
  expect(compareHeads(known, candidate)).toBe(order);
});

test('a push that was seen between two heads bridges the gap', () => {
  const [first, third] = [head('a', null, 1), head('c', 'b', 1)];
  expect(compareHeads(first, third)).toBe('unclear');
  expect(compareHeads(first, third, [head('b', 'a', 1)])).toBe('newer');
  expect(compareHeads(third, first, [head('b', 'a', 1)])).toBe('older');
});

/** Pushes in their true order; a push may share its second with the one before and may return to an old commit. */
const history = fc
  .array(
    fc.record({ letter: fc.constantFrom('a', 'b', 'c', 'd', 'e'), pause: fc.integer({ min: 0, max: 2 }) }),
    {
      minLength: 2,
      maxLength: 8,
    },
  )
  .map(pushes => {
    let second = 0;
    return pushes.map(({ letter, pause }, index) => {
      second += pause;
      return head(letter, pushes[index - 1]?.letter ?? null, second);
    });
  });

test('swapping the two heads swaps the answer', () => {
  fc.assert(
    fc.property(history, fc.nat(7), fc.nat(7), (pushes, i, j) => {
      const [a, b] = [pushes[i % pushes.length], pushes[j % pushes.length]];
      if (!a || !b) return;
      const mirror = { newer: 'older', older: 'newer', same: 'same', unclear: 'unclear' };
      expect(compareHeads(b, a, pushes)).toBe(mirror[compareHeads(a, b, pushes)]);
    }),
  );
});

test('over every order of arrival, an earlier push is never called newer when a second lies between', () => {
  fc.assert(
    fc.property(history, fc.nat(7), fc.nat(7), (pushes, i, j) => {
      const [early, late] = [Math.min(i, j) % pushes.length, Math.max(i, j) % pushes.length].sort(
        (x, y) => x - y,
      );
      const [a, b] = [pushes[early ?? 0], pushes[late ?? 0]];
      if (!a || !b || a.updatedAt === b.updatedAt) return;
      expect(compareHeads(b, a, pushes)).not.toBe('newer');
      expect(compareHeads(a, b, pushes)).not.toBe('older');
    }),
  );
});
