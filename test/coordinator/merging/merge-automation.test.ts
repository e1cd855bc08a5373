/** Merging without a queue: GitHub merges what is ready, and a label asks. */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { limits } from '#shared/limits.ts';
import { repository } from '../support/bare-forge.ts';
import { type MergeLab, openMergeLab } from '../support/merge-lab.ts';

// Each of them runs a hundred gits.
vi.setConfig({ testTimeout: 120_000 });

let lab: MergeLab;
afterEach(() => lab.close());
const open = async (merge: string) => {
  lab = await openMergeLab(merge);
};
const merges = () => lab.fake.requests.filter(({ method }) => method === 'PUT');

test.each(['merge', 'squash', 'rebase'])(
  'GitHub merges by %s what is green, approved and asked for',
  async method => {
    await open(`{ method: ${method} }`);
    await lab.open({ 1: { one: '1' }, 2: { two: '2' } });
    await lab.ask(1);
    await lab.settle();
    expect(await lab.entries()).toEqual(['#1 landed']);
    expect(lab.github.pullRequest(repository, 1)?.state.status).toBe('merged');
    expect(lab.github.pullRequest(repository, 2)?.state.status).toBe('open');
    expect(merges()).toHaveLength(1);
    expect(await lab.runsOf('merge-queue')).toEqual([]);
    expect(lab.fake.violations).toEqual([]);
  },
);

test('a comment asks, of whoever may write, and is answered where nothing is merged', async () => {
  await open('{ method: merge }');
  await lab.open({ 1: { one: '1' }, 2: { two: '2' } });
  const say = (number: number, by: string) =>
    lab.deliver(...lab.github.comment({ repository, number, by, body: '/paddock merge' }));
  await say(1, 'acme');
  await say(2, 'mallory');
  await lab.settle();
  expect(await lab.entries()).toEqual(['#1 landed']);
  expect(lab.github.pullRequest(repository, 1)?.state.status).toBe('merged');
  await say(1, 'acme');
  expect(await lab.entries()).toEqual(['#1 landed']);
});

test('a label asks, for the head that comes later too, and its removal takes it back', async () => {
  await open('{ label: Merge, approvals: 0 }');
  await lab.open({ 1: { one: '1' }, 2: { two: '2' } }, { label: 'merge', approve: false });
  expect(await lab.entries()).toHaveLength(2);
  await lab.forge.make({ name: 'pull-1', files: { more: '1' }, on: 'pull-1' });
  await lab.deliver(...(await lab.forge.tell(lab.github)));
  await lab.deliver(...lab.github.unlabelPull({ repository, number: 2, label: 'merge' }));
  await lab.settle();
  expect(await lab.entries()).toMatchObject([
    expect.stringMatching(/^#1 (landed|withdrawn: [0-9a-f]{7} is its head now)$/),
    expect.stringMatching(/^#1 (landed|withdrawn: [0-9a-f]{7} is its head now)$/),
    '#2 withdrawn: the label Merge was taken off',
  ]);
  expect(lab.github.pullRequest(repository, 1)?.state.status).toBe('merged');
});

test('a label asks again when it is set again, or for what is new, and not at any other word', async () => {
  await open('{ label: merge, approvals: 0 }');
  await lab.open({ 1: { one: '1' } }, { label: 'merge', approve: false });
  await lab.withdraw(1);
  const pull = { repository, number: 1 };
  await lab.deliver(...lab.github.reviewPull({ ...pull, by: 'acme', state: 'APPROVED' }));
  await lab.deliver(...lab.github.labelPull({ ...pull, label: 'other' }));
  await lab.deliver(...lab.github.unlabelPull({ ...pull, label: 'other' }));
  await lab.deliver(...lab.github.convertToDraft(pull), ...lab.github.markReady(pull));
  const taken = '#1 withdrawn: taken back';
  expect(await lab.entries()).toEqual([taken]);
  await lab.deliver(...lab.github.unlabelPull({ ...pull, label: 'merge' }));
  await lab.deliver(...lab.github.labelPull({ ...pull, label: 'Merge' }));
  expect(await lab.entries()).toEqual(['#1 waiting: it has just been asked for', taken]);
  await lab.withdraw(1);
  await lab.forge.make({ name: 'pull-1', files: { more: '1' }, on: 'pull-1' });
  await lab.deliver(...(await lab.forge.tell(lab.github)));
  expect(await lab.entries()).toEqual(['#1 waiting: it has just been asked for', taken, taken]);
});

describe('a label of which nobody has told', () => {
  const label = (number: number) => lab.github.labelPull({ repository, number, label: 'merge' });
  const look = async () => {
    expect(await lab.lookAtGithub()).toMatchObject({ failures: 0 });
    await lab.settle();
  };

  test('is found by the next look at GitHub, and asks once for each head', async () => {
    await open('{ label: merge, approvals: 0 }');
    await lab.open({ 1: { one: '1' }, 2: { two: '2' } });
    label(1);
    await look();
    expect(await lab.entries()).toEqual(['#1 landed']);
    label(2);
    lab.github.refuseMerges(repository, 'Not on a Sunday.');
    for (let looks = 0; looks < 3; looks++) await look();
    expect(await lab.entries()).toEqual(['#1 landed', expect.stringContaining('#2 ejected')]);
    expect(merges()).toHaveLength(2);
  });

  test('counts when a pull request is opened again with it, and when a new head comes with it', async () => {
    await open('{ label: merge, approvals: 0 }');
    await lab.open({ 1: { one: '1' }, 2: { two: '2' } }, { label: 'merge' });
    await lab.withdraw(2);
    await lab.deliver(...lab.github.closePull({ repository, number: 1 }));
    await lab.tick();
    expect(await lab.entries()).toEqual([
      '#1 withdrawn: the pull request was closed',
      '#2 withdrawn: taken back',
    ]);
    await lab.deliver(...lab.github.reopenPull({ repository, number: 1 }));
    await lab.forge.make({ name: 'pull-2', files: { more: '2' }, on: 'pull-2' });
    await lab.deliver(...(await lab.forge.tell(lab.github)));
    await lab.settle();
    expect((await lab.entries()).filter(line => line.endsWith('landed'))).toEqual(['#1 landed', '#2 landed']);
  });

  test('asks for nothing where none is configured, and not for a head that is not known yet', async () => {
    await open('{ approvals: 0 }');
    await lab.open({ 1: { one: '1' } });
    label(1);
    await look();
    expect(await lab.entries()).toEqual([]);
  });
});

test('approvals count once for each who may write, of this head, and not when dismissed', async () => {
  await open('{ approvals: 2 }');
  await lab.open({ 1: { one: '1' } }, { approve: false });
  const review = (by: string, state: 'APPROVED' | 'COMMENTED' = 'APPROVED') =>
    lab.deliver(...lab.github.reviewPull({ repository, number: 1, by, state }));
  await review('acme');
  await review('acme', 'COMMENTED');
  await review('stranger');
  await lab.ask(1);
  await lab.settle();
  expect(await lab.entries()).toEqual([
    expect.stringMatching(/^#1 waiting: 1 more approval of [0-9a-f]{7} needed, by people who may write$/),
  ]);
  lab.github.addPerson({ repository, login: 'ada', association: 'COLLABORATOR', permission: 'write' });
  await review('ada');
  await lab.settle();
  expect(await lab.entries()).toEqual(['#1 landed']);
});

test('a blocking label holds it up', async () => {
  await open('{ blocking-labels: [hold] }');
  await lab.open({ 1: { one: '1' } }, { label: 'Hold' });
  await lab.ask(1);
  await lab.settle();
  expect(await lab.entries()).toEqual(['#1 waiting: the label hold blocks it']);
  await lab.deliver(...lab.github.unlabelPull({ repository, number: 1, label: 'Hold' }));
  await lab.settle();
  expect(await lab.entries()).toEqual(['#1 landed']);
});

test('a head that is pushed between the look and the merge is not merged', async () => {
  await open('{}');
  await lab.open({ 1: { one: '1' } });
  await lab.prepare();
  await lab.test();
  await lab.ask(1);
  await lab.forge.make({ name: 'pull-1', files: { more: '1' }, on: 'pull-1' });
  const late = await lab.forge.tell(lab.github);
  await lab.settle();
  expect(lab.github.pullRequest(repository, 1)?.state.status).toBe('open');
  await lab.deliver(...late);
  await lab.settle();
  expect(await lab.entries()).toEqual([expect.stringMatching(/^#1 withdrawn: [0-9a-f]{7} is its head now$/)]);
  expect(merges()).toEqual([]);
});

test("GitHub's refusal is said in its own words, and is no loop", async () => {
  await open('{}');
  await lab.open({ 1: { one: '1' } });
  lab.github.refuseMerges(
    repository,
    'At least 1 approving review is required by reviewers with write access.',
  );
  await lab.ask(1);
  await lab.settle();
  expect(await lab.entries()).toEqual([
    expect.stringContaining('#1 ejected: GitHub refused the merge of pull request 1'),
  ]);
  expect(await lab.statusOf(1)).toContain('At least 1 approving review');
  expect(merges()).toHaveLength(1);
});

test('an answer that is lost on its way does not merge twice', async () => {
  await open('{}');
  await lab.open({ 1: { one: '1' } });
  await lab.prepare();
  await lab.test();
  await lab.ask(1);
  await lab.fake.goDown();
  await lab.tick();
  expect(await lab.entries()).toMatchObject([
    expect.stringContaining('#1 waiting: GitHub could not be reached'),
  ]);
  await lab.fake.comeBack();
  lab.clock.now += 60_000;
  await lab.settle();
  expect(await lab.entries()).toEqual(['#1 landed']);
});

test.each([
  ['before', false],
  ['after', true],
])('a merge that was cut off %s GitHub did it is ended, though there is a queue now', async (_, isDone) => {
  await open('{}');
  await lab.open({ 1: { one: '1' } });
  await lab.prepare();
  await lab.test();
  await lab.ask(1);
  const { merge } = lab.client;
  vi.spyOn(lab.client, 'merge').mockImplementationOnce(async (...asked) => {
    if (isDone) await merge(...asked);
    throw new Error('the coordinator is gone');
  });
  await expect(lab.tick()).rejects.toThrow('the coordinator is gone');
  expect(await lab.entries()).toEqual(['#1 landing']);
  await lab.configure('{ queue: { max-batch: 1, depth: 1 } }');
  lab.clock.now += limits.mergeLookMs;
  await lab.settle();
  expect(await lab.entries()).toEqual(['#1 landed']);
  expect(merges()).toHaveLength(1);
});

test('nothing is merged where nothing is configured, and whoever asks hears why', async () => {
  await open('{}');
  await lab.open({ 1: { one: '1' } });
  expect(await lab.ask(9)).toMatchObject({
    refusal: expect.stringContaining('Paddock has not heard of acme/rocket#9'),
  });
  await lab.deliver(...lab.github.closePull({ repository, number: 1 }));
  expect(await lab.ask(1)).toMatchObject({ refusal: 'acme/rocket#1 is closed' });
});
