/** Batches that are tested ahead of each other, over real git, the stand-in for GitHub and a real store. */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { listJobsOfRun } from '#coordinator/store/jobs.ts';
import type { MergeBatch } from '#coordinator/store/merge-batches.ts';
import { repository } from '../support/bare-forge.ts';
import { failed, passed } from '../support/guest-lab.ts';
import { type MergeLab, openMergeLab } from '../support/merge-lab.ts';

// Each of them runs a hundred gits.
vi.setConfig({ testTimeout: 120_000 });

let lab: MergeLab;
afterEach(() => lab.close());

/** Heads are green; what the branch would become fails with these files together. */
const badWith = (...bad: string[]) => ({
  judge: (files: readonly string[], { purpose }: { purpose: string }) =>
    purpose === 'merge-queue' && bad.every(file => files.includes(file)) ? failed : passed,
});

/** Pull requests 1 to 3, each with a file of its name, green and asked for; batches of one, whose jobs are under way. */
async function underWay(
  { depth = 2, ask = [1, 2] }: { depth?: number; ask?: number[] } = {},
  options: Parameters<typeof openMergeLab>[1] = {},
) {
  lab = await openMergeLab(`{ queue: { max-batch: 1, depth: ${depth} } }`, options);
  await lab.open({ 1: { one: '1' }, 2: { two: '2' }, 3: { three: '3' } });
  await lab.prepare();
  await lab.test();
  for (const number of ask) await lab.ask(number);
  await begin();
}

/** What is new is planned, and its jobs are under way. */
async function begin() {
  await lab.tick();
  await lab.prepare();
  await lab.begin();
  await lab.tick();
}
const end = async (number: number) => {
  await lab.end((await lab.batchOf(number)).commit);
  await lab.tick();
};
const jobsOf = async ({ state: { run } }: MergeBatch) =>
  (await listJobsOfRun(lab.store.read, run)).map(({ state }) => state.status);

test('the next batch is tested on what the first makes of the branch, and lands without another test', async () => {
  await underWay();
  const [one, two] = [await lab.batchOf(1), await lab.batchOf(2)];
  expect([two.baseSha, await lab.batches()]).toEqual([one.commit, ['1 testing', '2 testing']]);
  expect(await lab.statusOf(2)).toBe('pending: in the merge queue: testing alone, on top of #1');
  await end(2);
  expect(await lab.batches()).toEqual(['1 testing', '2 passed']);
  expect(await lab.tip()).toBe(one.baseSha);
  await lab.settle();
  expect(await lab.batches()).toEqual(['1 landed', '2 landed']);
  expect([await lab.tip(), lab.forge.pushes()]).toEqual([two.commit, 2]);
  expect(await lab.runsOf('merge-queue')).toHaveLength(2);
  expect(await lab.runsOf('landed')).toMatchObject([{ commit: one.commit }, { commit: two.commit }]);
  expect(lab.fake.violations).toEqual([]);
});

test('when the first fails, what is built on it stops at once and is built anew', async () => {
  await underWay({ depth: 3, ask: [1, 2, 3] }, badWith('one'));
  expect(await lab.batches()).toEqual(['1 testing', '2 testing', '3 testing']);
  const ahead = [await lab.batchOf(2), await lab.batchOf(3)];
  lab.wakes.length = 0;
  await end(1);
  expect((await lab.batches()).slice(0, 3)).toEqual(['1 failed', '2 abandoned', '3 abandoned']);
  expect(await Promise.all(ahead.map(jobsOf))).toEqual([['cancelling'], ['cancelling']]);
  // One for each of the two, and one for the machine whose job has ended.
  expect(lab.wakes.filter(({ type }) => type === 'push-machine')).toHaveLength(3);
  expect(await lab.entries()).toEqual([
    '#1 ejected: it fails on what main has become',
    expect.stringMatching(/^#2 (waiting|in-batch)$/),
    expect.stringMatching(/^#3 (waiting|in-batch)$/),
  ]);
  await lab.settle();
  expect((await lab.entries()).slice(1)).toEqual(['#2 landed', '#3 landed']);
});

describe('what fails on top of another', () => {
  test('blames nobody until that has landed, and stops; then its own entries are to blame', async () => {
    await underWay({}, badWith('one', 'two'));
    await end(2);
    expect(await lab.batches()).toEqual(['1 testing', '2 doubtful']);
    expect(await lab.entries()).toEqual(['#1 testing', '#2 testing']);
    await lab.settle();
    expect(await lab.batches()).toEqual(['1 landed', '2 failed']);
    expect(await lab.entries()).toEqual(['#1 landed', '#2 ejected: it fails on what main has become']);
  });

  test('is tested again on the branch itself when the other one does not land', async () => {
    await underWay({ ask: [1, 2, 3] }, badWith('one', 'two'));
    await end(2);
    await lab.withdraw(1);
    await lab.settle();
    expect(await lab.entries()).toEqual(['#1 withdrawn: taken back', '#2 landed', '#3 landed']);
    expect((await lab.batches()).slice(0, 2)).toEqual(['1 abandoned', '2 abandoned']);
  });

  test('is nothing to build on', async () => {
    await underWay({ depth: 3 }, badWith('one', 'two'));
    await end(2);
    await lab.ask(3);
    await begin();
    expect(await lab.batches()).toEqual(['1 testing', '2 doubtful']);
  });
});

test('an urgent one leaves the first batch alone, and takes the place of what is built on it', async () => {
  await underWay();
  lab.wakes.length = 0;
  await lab.ask(3, 5);
  await begin();
  expect(await lab.batches()).toEqual(['1 testing', '2 abandoned', '3 testing']);
  expect(await jobsOf(await lab.batchOf(2))).toEqual(['cancelling']);
  expect(lab.wakes.some(({ type }) => type === 'push-machine')).toBe(true);
  expect((await lab.batchOf(3)).baseSha).toBe((await lab.batchOf(1)).commit);
  await lab.settle();
  expect((await lab.batches()).filter(line => line.endsWith('landed'))).toEqual([
    '1 landed',
    '3 landed',
    '2 landed',
  ]);
});

test('a push from elsewhere makes all of them anew', async () => {
  await underWay();
  await lab.forge.make({ name: 'main', files: { foreign: '1' }, on: 'main' });
  await lab.deliver(...(await lab.forge.tell(lab.github)));
  await lab.tick();
  expect((await lab.batches()).slice(0, 2)).toEqual(['1 abandoned', '2 abandoned']);
  await lab.settle();
  expect(await lab.entries()).toEqual(['#1 landed', '#2 landed']);
  expect(await lab.forge.git(['show', 'main:foreign'])).toBe('1');
});

test('what only clashes with a batch that has not landed is passed over, not ejected', async () => {
  lab = await openMergeLab('{ queue: { max-batch: 1, depth: 2 } }');
  await lab.open({ 1: { same: 'a' }, 2: { same: 'b' }, 3: { three: '3' } });
  await lab.prepare();
  await lab.test();
  for (const number of [1, 2, 3]) await lab.ask(number);
  await begin();
  expect(await lab.batches()).toEqual(['1 testing', '3 testing']);
  await lab.withdraw(1);
  await lab.settle();
  expect(await lab.entries()).toEqual(['#1 withdrawn: taken back', '#2 landed', '#3 landed']);
});

test.each(['before the push', 'after the push'])(
  'a coordinator that dies %s of the first lands both, each once',
  async when => {
    await underWay();
    await end(2);
    const dies = async () => {
      lab.between.push = lab.between.pushed = null;
      throw new Error('the coordinator is gone');
    };
    if (when === 'before the push') lab.between.push = dies;
    else lab.between.pushed = dies;
    await expect(end(1)).rejects.toThrow('the coordinator is gone');
    lab.restart();
    await lab.settle();
    expect(await lab.batches()).toEqual(['1 landed', '2 landed']);
    expect(lab.forge.pushes()).toBe(2);
  },
);

test('commits of batches that were given up leave the mirror, those that landed stay', async () => {
  await underWay({}, badWith('one'));
  const given = [await lab.batchOf(1), await lab.batchOf(2)];
  const isHere = async ({ commit }: { commit: (typeof given)[number]['commit'] }) =>
    lab.mirrors.hasCommit((await lab.batchOf(1)).repositoryId, commit);
  expect(await Promise.all(given.map(isHere))).toEqual([true, true]);
  // The coordinator dies between dropping one and noting it: it drops it again.
  lab.between.dropped = async () => {
    lab.between.dropped = null;
    throw new Error('the coordinator is gone');
  };
  await expect(end(1)).rejects.toThrow('the coordinator is gone');
  lab.restart();
  await lab.settle();
  expect(await Promise.all(given.map(isHere))).toEqual([false, false]);
  const landed = await lab.batchOf(2);
  expect([landed.state.status, await isHere(landed)]).toEqual(['landed', true]);
  const left = lab.store.read.selectFrom('merge_batch').select('is_dropped').orderBy('id');
  expect((await left.execute()).map(row => row.is_dropped)).toEqual([1, 1, 0]);
  expect(lab.github.pullRequest(repository, 1)?.state.status).toBe('open');
});
