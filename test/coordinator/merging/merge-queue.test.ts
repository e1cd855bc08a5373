/** The merge queue over real git, the stand-in for GitHub and a real store. */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { listActiveEntries } from '#coordinator/store/merge-entries.ts';
import { limits } from '#shared/limits.ts';
import { repository } from '../support/bare-forge.ts';
import { failed, passed } from '../support/guest-lab.ts';
import { type MergeLab, openMergeLab } from '../support/merge-lab.ts';

// Each of them runs a hundred gits.
vi.setConfig({ testTimeout: 120_000 });

let lab: MergeLab;
afterEach(() => lab.close());
const open = async (
  merge = '{ queue: { max-batch: 4 } }',
  options: Parameters<typeof openMergeLab>[1] = {},
) => {
  lab = await openMergeLab(merge, options);
};
const askAll = async (...numbers: number[]) => {
  for (const number of numbers) await lab.ask(number);
};
const onGithub = (number: number) => lab.github.pullRequest(repository, number)?.state.status;

describe('a queue', () => {
  test('lands the commit that it tested, which is not tested again, and builds on it', async () => {
    await open();
    await lab.open({ 1: { one: '1' }, 2: { two: '2' }, 3: { three: '3' } });
    await askAll(1, 2, 3);
    await lab.settle();
    expect(await lab.entries()).toEqual(['#1 landed', '#2 landed', '#3 landed']);
    expect(await lab.batches()).toEqual(['1+2+3 landed']);
    const [tested] = await lab.runsOf('merge-queue');
    expect(await lab.tip()).toBe(tested?.commit);
    expect([1, 2, 3].map(onGithub)).toEqual(['merged', 'merged', 'merged']);
    // One run of what has landed, whose suite is the one of the queue.
    expect(await lab.runsOf('landed')).toMatchObject([
      { commit: tested?.commit, jobs: ['default passed', 'build passed'] },
    ]);
    expect(await lab.forge.commitsOf('main', '--first-parent')).toHaveLength(4);
    expect(await lab.statusOf(2)).toMatch(/^success: landed on main as [0-9a-f]{7}$/);
    expect(lab.fake.violations).toEqual([]);
    expect(lab.warnings).toEqual([]);
  });

  test('tests all that the base asks for, whatever one of them says in its title or its suite file', async () => {
    await open();
    const idle =
      'version: 1\nsuites: { default: { on: [landed], steps: [make check] } }\non-merge: { build: { steps: [make dist] } }\n';
    await lab.open({ 1: { one: '1' }, 2: { '.paddock.yml': idle } });
    await lab.openTitled(3, 'Mend docs [skip ci]');
    await askAll(1, 2, 3);
    await lab.settle();
    expect(await lab.batches()).toEqual(['1+2+3 landed']);
    expect(await lab.runsOf('merge-queue')).toMatchObject([{ jobs: ['default passed'] }]);
  });

  test('bisects what fails: the good land, the bad one is ejected with its run, and the base is linear', async () => {
    await open('{ method: squash, queue: { max-batch: 4 } }');
    await lab.open({ 1: { one: '1' }, 2: { two: '2' }, 3: { 'uses-old-interface': '3' }, 4: { four: '4' } });
    await lab.prepare();
    await lab.test();
    // The base goes on without the pull requests, in a way that only shows when they are merged.
    await lab.forge.make({ name: 'main', files: { 'new-interface': 'x' }, on: 'main' });
    await lab.deliver(...(await lab.forge.tell(lab.github)));
    await askAll(1, 2, 3, 4);
    await lab.settle();
    expect(await lab.entries()).toEqual([
      '#1 landed',
      '#2 landed',
      '#3 ejected: it fails on what main has become',
      '#4 landed',
    ]);
    expect(await lab.batches()).toEqual(['1+2+3+4 failed', '1+2 landed', '3 failed', '4 landed']);
    expect(await lab.statusOf(3)).toBe('failure: not merged: it fails on what main has become');
    expect([1, 2, 3, 4].map(onGithub)).toEqual(['closed', 'closed', 'open', 'closed']);
    expect(await lab.forge.commitsOf('main', '--merges')).toEqual([]);
    expect(await lab.forge.git(['log', '--format=%s', '-3', 'main'])).toBe(
      'Change 4 (#4)\nChange 2 (#2)\nChange 1 (#1)',
    );
  });

  test('ejects what conflicts with the base, with the paths, and makes what only clashes with others wait', async () => {
    await open();
    await lab.open({ 1: { same: 'a' }, 2: { same: 'b' }, 3: { '.paddock.yml/x': 'y' }, 4: { four: '4' } });
    await askAll(1, 2, 4);
    await lab.settle();
    expect(await lab.batches()).toEqual(['1+4 landed']);
    expect(await lab.entries()).toEqual([
      '#1 landed',
      '#2 ejected: it conflicts with main: same',
      '#4 landed',
    ]);
  });

  test('the higher priority lands first', async () => {
    await open('{ queue: { max-batch: 1 } }');
    await lab.open({ 1: { one: '1' }, 2: { two: '2' } });
    await lab.ask(1);
    await lab.ask(2, 5);
    await lab.settle();
    expect(await lab.batches()).toEqual(['2 landed', '1 landed']);
  });
});

describe('while a batch is tested', () => {
  /** Pull requests 1 and 2 in a batch whose jobs have not begun. */
  const batched = async (merge?: string) => {
    await open(merge);
    await lab.open({ 1: { one: '1' }, 2: { two: '2' } });
    await lab.prepare();
    await lab.test();
    await askAll(1, 2);
    await lab.tick();
    await lab.prepare();
    await lab.tick();
    expect(await lab.entries()).toEqual(['#1 testing', '#2 testing']);
  };

  test('each head says with what, and as which', async () => {
    await batched();
    expect(await lab.statusOf(2)).toBe('pending: in the merge queue: testing with #1, 2nd of 2');
  });

  test('a push from elsewhere makes it anew, and a push that comes at the last moment too', async () => {
    await batched();
    await lab.forge.make({ name: 'main', files: { foreign: '1' }, on: 'main' });
    await lab.deliver(...(await lab.forge.tell(lab.github)));
    lab.between.push = async () => {
      lab.between.push = null;
      await lab.forge.make({ name: 'main', files: { foreign: '2' }, on: 'main' });
    };
    await lab.settle();
    expect(await lab.batches()).toEqual(['1+2 abandoned', '1+2 abandoned', '1+2 landed']);
    expect(await lab.forge.git(['show', 'main:foreign'])).toBe('2');
  });

  test.each([
    [
      'a new head',
      async () => {
        await lab.forge.make({ name: 'pull-1', files: { more: '1' }, on: 'pull-1' });
        await lab.deliver(...(await lab.forge.tell(lab.github)));
      },
      /^#1 withdrawn: [0-9a-f]{7} is its head now$/,
    ],
    [
      'a close',
      () => lab.deliver(...lab.github.closePull({ repository, number: 1 })),
      /^#1 withdrawn: the pull request was closed$/,
    ],
    [
      'an approval that is taken back',
      () => lab.deliver(...lab.github.dismissReview({ repository, number: 1, of: 'acme' })),
      /^#1 waiting: 1 more approval of [0-9a-f]{7} needed/,
    ],
    [
      'an objection',
      () =>
        lab.deliver(
          ...lab.github.reviewPull({ repository, number: 1, by: 'acme', state: 'CHANGES_REQUESTED' }),
        ),
      /^#1 waiting: acme asked for changes$/,
    ],
    [
      'a draft',
      () => lab.deliver(...lab.github.convertToDraft({ repository, number: 1 })),
      /^#1 waiting: it is a draft$/,
    ],
    ['a maintainer', () => lab.withdraw(1), /^#1 withdrawn: taken back$/],
  ])('%s takes one out, and the others are tested without it', async (_, leave, expected) => {
    await batched();
    await leave();
    await lab.settle();
    const [first, second] = await lab.entries();
    expect(first).toMatch(expected);
    expect(second).toBe('#2 landed');
    expect(await lab.batches()).toEqual(['1+2 abandoned', '2 landed']);
  });

  test('an approval that is lost without a word is missed before it lands', async () => {
    await batched();
    lab.github.dismissReview({ repository, number: 1, of: 'acme' });
    await lab.settle();
    expect(await lab.entries()).toMatchObject([
      expect.stringMatching(/^#1 waiting: 1 more approval/),
      '#2 landed',
    ]);
  });

  test('while GitHub cannot be asked whether an approval still stands, nothing lands', async () => {
    await batched();
    lab.fake.inject({ type: 'broken', status: 503 }, 100);
    await lab.test();
    await lab.tick();
    expect(lab.forge.pushes()).toBe(0);
    expect(await lab.entries()).toEqual(['#1 testing', '#2 testing']);
    expect(lab.warnings.at(-1)).toMatch(/^[0-9a-f]{7} has passed, and GitHub could not be asked/);
    lab.fake.heal();
    lab.github.dismissReview({ repository, number: 1, of: 'acme' });
    await lab.settle();
    expect(await lab.entries()).toMatchObject([
      expect.stringMatching(/^#1 waiting: 1 more approval/),
      '#2 landed',
    ]);
  });

  test.each(['before the push', 'after the push'])('a coordinator that dies %s lands it once', async when => {
    await batched();
    const dies = async () => {
      lab.between.push = lab.between.pushed = null;
      throw new Error('the coordinator is gone');
    };
    if (when === 'before the push') lab.between.push = dies;
    else lab.between.pushed = dies;
    await lab.test();
    await expect(lab.tick()).rejects.toThrow('the coordinator is gone');
    expect(await lab.entries()).toEqual(['#1 landing', '#2 landing']);
    lab.restart();
    await lab.settle();
    expect(await lab.batches()).toEqual(['1+2 landed']);
    expect(lab.forge.pushes()).toBe(1);
    expect(await lab.entries()).toEqual(['#1 landed', '#2 landed']);
  });

  test('somebody who pushes on top of what has landed does not hide it', async () => {
    await batched();
    lab.between.pushed = async () => {
      lab.between.pushed = null;
      await lab.forge.make({ name: 'main', files: { foreign: '1' }, on: 'main' });
      throw new Error('the coordinator is gone');
    };
    await lab.test();
    await expect(lab.tick()).rejects.toThrow('the coordinator is gone');
    lab.restart();
    await lab.settle();
    expect(await lab.entries()).toEqual(['#1 landed', '#2 landed']);
  });

  test('a protected branch is said on every head, tried again, and ejects them in the end', async () => {
    await batched();
    await lab.forge.protect('GH006: Protected branch update failed for refs/heads/main.');
    await lab.test();
    await lab.tick();
    expect(await lab.statusOf(1)).toMatch(
      /^pending: not landed on main yet: GitHub refuses the push to main: .*GH006/,
    );
    for (let tries = 1; tries < limits.mergePushTries; tries++) {
      lab.clock.now += limits.retryMaxMs;
      await lab.tick();
    }
    expect(await lab.entries()).toMatchObject([
      expect.stringMatching(/^#1 ejected: GitHub refuses the push to main/),
      expect.stringMatching(/^#2 ejected: GitHub refuses/),
    ]);
    expect(await listActiveEntries(lab.store.read)).toEqual([]);
  });
});

test('infrastructure ejects nobody: the same is run again, then later', async () => {
  const lost = { reason: 'setup-failed', permanent: true, message: 'no disk' } as const;
  let losses = 0;
  await open(undefined, {
    judge: files => (files.includes('one') && files.includes('two') && losses++ < 4 ? lost : passed),
  });
  await lab.open({ 1: { one: '1' }, 2: { two: '2' } });
  await askAll(1, 2);
  await lab.settle();
  expect(await lab.batches()).toEqual(['1+2 abandoned']);
  expect(await lab.entries()).toEqual(['#1 waiting', '#2 waiting']);
  lab.clock.now += limits.mergePauseMs;
  await lab.settle();
  expect(await lab.batches()).toEqual(['1+2 abandoned', '1+2 landed']);
});

test('a head that is red or has open jobs waits, and says for what', async () => {
  await open(undefined, { judge: files => (files.includes('bad') ? failed : passed) });
  await lab.open({ 1: { bad: '1' }, 2: { good: '2' } });
  await askAll(1, 2);
  await lab.tick();
  expect(await lab.statusOf(2)).toBe('pending: waits: its head is still being prepared');
  await lab.prepare();
  await lab.tick();
  expect(await lab.statusOf(2)).toBe('pending: waits: 1 of 1 jobs are not done: linux');
  await lab.settle();
  expect(await lab.entries()).toEqual(['#1 waiting: linux did not pass', '#2 landed']);
});
