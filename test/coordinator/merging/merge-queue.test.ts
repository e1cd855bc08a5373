/** The merge queue over real git, the stand-in for GitHub and a real store. */
import { afterEach, expect, test } from 'vitest';
import { repository } from '../support/bare-forge.ts';
import { type MergeLab, openMergeLab } from '../support/merge-lab.ts';

let lab: MergeLab;
afterEach(() => lab.close());
const open = async (merge = '{ queue: { max-batch: 4 } }') => {
  lab = await openMergeLab(merge);
};

test('what was tested together is what lands, pull requests are merged, and nothing is tested twice', async () => {
  await open();
  await lab.open({ 1: { one: '1' }, 2: { two: '2' }, 3: { three: '3' } });
  for (const number of [1, 2, 3]) await lab.ask(number);
  await lab.settle();
  expect(await lab.entries()).toEqual(['#1 landed', '#2 landed', '#3 landed']);
  expect(await lab.batches()).toEqual(['1+2+3 landed']);
  const [tested] = await lab.runsOf('merge-queue');
  expect(await lab.tip()).toBe(tested?.commit);
  for (const number of [1, 2, 3])
    expect(lab.github.pullRequest(repository, number)?.state.status).toBe('merged');
  expect(lab.fake.violations).toEqual([]);
}, 60_000);
