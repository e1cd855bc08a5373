/** What the loop of merging looks at: what it was told of, and now and then everything. */
import { afterEach, expect, test, vi } from 'vitest';
import { findRepositoryByName } from '#coordinator/store/repositories.ts';
import type { CommitSha } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { repository } from '../support/bare-forge.ts';
import { type MergeLab, openMergeLab } from '../support/merge-lab.ts';

vi.setConfig({ testTimeout: 120_000 });

let lab: MergeLab;
afterEach(() => lab.close());

const numbers = [1, 2, 3, 4, 5];
const headOf = (number: number) => lab.github.pullRequest(repository, number)?.head.sha as CommitSha;

/** Five pull requests that are asked for, with jobs under way. */
async function waiting() {
  lab = await openMergeLab('{ queue: { max-batch: 1, depth: 1 } }');
  await lab.open(Object.fromEntries(numbers.map(n => [n, { [`file-${n}`]: 'x' }])));
  await lab.prepare();
  for (const number of numbers) await lab.ask(number);
  await lab.tick();
  await lab.begin();
  expect(await lab.entries()).toEqual(numbers.map(n => `#${n} waiting: 1 of 1 jobs are not done: linux`));
}

/** Transactions that a tick makes. */
async function writesOf(act: () => Promise<unknown>): Promise<number> {
  const write = vi.spyOn(lab.store, 'write');
  await act();
  const count = write.mock.calls.length;
  write.mockRestore();
  return count;
}

test('a tick of which nothing was told costs no transaction, however many wait', async () => {
  await waiting();
  expect(await writesOf(lab.tickOnly)).toBe(0);
});

test('a settled job has the entries of its commit looked at, and no others', async () => {
  await waiting();
  await lab.end(headOf(3));
  await lab.end(headOf(4));
  expect(await lab.tickOnly()).not.toBeNull();
  expect((await lab.entries())[2]).toBe('#3 waiting: 1 of 1 jobs are not done: linux');
  await lab.jobsSettled(headOf(3));
  await lab.tickOnly();
  expect((await lab.entries()).slice(2, 4)).toEqual([
    '#3 in-batch',
    '#4 waiting: 1 of 1 jobs are not done: linux',
  ]);
});

test('a job that no merge hangs on wakes nothing', async () => {
  await waiting();
  const main = (await lab.tip()) as CommitSha;
  expect(await lab.wakesOf(main)).toEqual([]);
  expect(await lab.wakesOf(headOf(1))).toEqual([{ type: 'merging', commit: headOf(1) }]);
});

test('a word that was lost costs some minutes: everything is looked at then, and after a start', async () => {
  await waiting();
  await lab.end(headOf(3));
  await lab.tickOnly();
  lab.clock.now += limits.mergePassMs;
  await lab.tickOnly();
  expect((await lab.entries())[2]).toBe('#3 in-batch');
  await lab.end(headOf(4));
  lab.restart();
  await lab.tickOnly();
  expect((await lab.entries())[3]).toBe('#4 waiting');
});

test('a tick that fails is told again, of everything where it was to look at everything', async () => {
  await waiting();
  const fail = async () => {
    const write = vi.spyOn(lab.store, 'write').mockRejectedValueOnce(new Error('the disk is full'));
    await expect(lab.tickOnly()).rejects.toThrow('the disk is full');
    write.mockRestore();
  };
  await lab.end(headOf(3));
  await lab.jobsSettled(headOf(3));
  await fail();
  await lab.tickOnly();
  expect((await lab.entries())[2]).toBe('#3 in-batch');
  await lab.end(headOf(4));
  lab.clock.now += limits.mergePassMs;
  await fail();
  await lab.tickOnly();
  expect((await lab.entries())[3]).toBe('#4 waiting');
});

test('what is closed or has another head is found without a word', async () => {
  await waiting();
  const known = await findRepositoryByName(lab.store.read, repository);
  const change = (set: object, number: number) =>
    lab.store.write(tx =>
      tx
        .updateTable('change')
        .set(set)
        .where('repository_id', '=', known?.id ?? ('' as never))
        .where('number', '=', number)
        .execute(),
    );
  await change({ state: 'closed' }, 1);
  await change({ head_sha: 'e'.repeat(40) as CommitSha }, 2);
  await lab.tickOnly();
  expect((await lab.entries()).slice(0, 3)).toEqual([
    '#1 withdrawn: the pull request was closed',
    '#2 withdrawn: eeeeeee is its head now',
    '#3 waiting: 1 of 1 jobs are not done: linux',
  ]);
});
