import { expect, test } from 'vitest';
import { createForesight } from '#coordinator/source/foresight.ts';
import { newId } from '#coordinator/store/new-id.ts';
import { limits } from '#shared/limits.ts';
import { commitOf } from '../support/rows.ts';

const repository = newId.repository();

/** Looks up in `here`, or fails as often as told. */
function openForesight(here: readonly number[], failures = 0) {
  const asked: string[] = [];
  let left = failures;
  const foresight = createForesight(async (_, commit) => {
    asked.push(commit);
    if (left-- > 0) throw new Error('git cat-file ended');
    return here.some(n => commitOf(n) === commit);
  });
  return { asked, ...foresight };
}

test('what was asked ahead is answered once, without another question', async () => {
  const { ask, take, asked } = openForesight([1]);
  ask(repository, commitOf(1));
  ask(repository, commitOf(2));
  expect(await take(repository, commitOf(1))).toBe(true);
  expect(await take(repository, commitOf(2))).toBe(false);
  expect(asked).toEqual([commitOf(1), commitOf(2)]);
  expect(take(repository, commitOf(1))).toBeUndefined();
});

test('of what nobody has asked there is nothing to take', () => {
  const { ask, take } = openForesight([1]);
  ask(repository, commitOf(1));
  expect(take(newId.repository(), commitOf(1))).toBeUndefined();
  expect(take(repository, commitOf(2))).toBeUndefined();
});

test('a look-up that failed is made again for whoever takes it, and harms nobody else', async () => {
  const { ask, take, asked } = openForesight([1], 1);
  ask(repository, commitOf(1));
  expect(await take(repository, commitOf(1))).toBe(true);
  expect(asked).toEqual([commitOf(1), commitOf(1)]);
});

test('so many answers wait for their question at most, the oldest go first', async () => {
  const { ask, take } = openForesight([]);
  for (let n = 1; n <= limits.gitForeseen + 1; n++) ask(repository, commitOf(n));
  expect(take(repository, commitOf(1))).toBeUndefined();
  expect(await take(repository, commitOf(2))).toBe(false);
});
