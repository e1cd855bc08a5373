import { expect, test } from 'vitest';
import { createForesight } from '#coordinator/source/foresight.ts';
import { newId } from '#coordinator/store/new-id.ts';
import { limits } from '#shared/limits.ts';
import { commitOf } from '../support/rows.ts';

const repository = newId.repository();

/** Looks up in `here`, or fails as often as told. */
function openForesight(here: readonly number[], failures = 0) {
  const asked: string[] = [];
  const clock = { now: 0 };
  let left = failures;
  const foresight = createForesight(
    async (_, commit) => {
      asked.push(commit);
      if (left-- > 0) throw new Error('git cat-file ended');
      return here.some(n => commitOf(n) === commit);
    },
    () => clock.now,
  );
  return { asked, clock, ...foresight };
}

test('what was asked ahead is answered once, without another question', async () => {
  const { ask, take, asked } = openForesight([1]);
  ask(repository, commitOf(1));
  ask(repository, commitOf(2));
  expect(await take(repository, commitOf(1))).toBe(true);
  expect(await take(repository, commitOf(2))).toBe(false);
  expect(asked).toEqual([commitOf(1), commitOf(2)]);
  expect(await take(repository, commitOf(1))).toBe(false);
});

test('of what nobody has asked, or nobody could tell, it is not said to be here', async () => {
  const { ask, take } = openForesight([1], 1);
  ask(repository, commitOf(1));
  expect(await take(newId.repository(), commitOf(1))).toBe(false);
  expect(await take(repository, commitOf(2))).toBe(false);
  expect(await take(repository, commitOf(1))).toBe(false);
});

test('an answer grows old, and may be forgotten', async () => {
  const { ask, take, forget, clock } = openForesight([1, 2]);
  ask(repository, commitOf(1));
  ask(repository, commitOf(2));
  forget(repository, commitOf(2));
  expect(await take(repository, commitOf(2))).toBe(false);
  clock.now += limits.gitForeseenMs;
  expect(await take(repository, commitOf(1))).toBe(false);
});

test('so many answers wait for their question at most, the oldest go first', async () => {
  const { ask, take } = openForesight(Array.from({ length: limits.gitForeseen + 1 }, (_, n) => n + 1));
  for (let n = 1; n <= limits.gitForeseen + 1; n++) ask(repository, commitOf(n));
  expect(await take(repository, commitOf(1))).toBe(false);
  expect(await take(repository, commitOf(2))).toBe(true);
});
