import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { listRuns } from '#coordinator/store/runs.ts';
import { limits } from '#shared/limits.ts';
import { openLab } from '../support/brain-lab.ts';
import { type ForgeLab, openForgeLab } from '../support/forge-lab.ts';
import { commitOf } from '../support/rows.ts';

let lab: Awaited<ReturnType<typeof openLab>>;
let forge: ForgeLab;
beforeEach(async () => {
  lab = await openLab();
  forge = openForgeLab(lab, { commits: 'every-commit' });
});
afterEach(() => forge.close());

const repository = 'acme/rocket';
const pull = { repository, number: 1 };
const push = (numbers: number[], { on, branch = 'fix' }: { on: number; branch?: string }) => {
  const commits = numbers.map((n, index) => ({ sha: forge.commit(n, { on: numbers[index - 1] ?? on }) }));
  return forge.github.push({ repository, branch, commits });
};
const open = (numbers: number[]) => {
  push(numbers, { on: 1 });
  return forge.github.openPull({ repository, title: 'Fix', branch: 'fix' }).events;
};
/** The numbers of the commits that have a run, in the order in which they got it. */
const tested = async () => (await forge.runs()).map(text => Number(text.split(' ')[1]));

test('all commits of a pull request are tested, the head first', async () => {
  await forge.deliver(...open([2, 3, 4]));
  expect(await tested()).toEqual([4]);
  await forge.prepare();
  expect(await tested()).toEqual([4, 2, 3]);
  expect(await forge.runs()).toContain('change 2 planned: default queued');
});

test('each of them has the title of its own commit', async () => {
  const titles = async () => {
    const runs = await listRuns(lab.store.read, {
      max: 9,
      before: null,
      repository: null,
      sight: null,
    });
    return runs.map(({ title }) => title);
  };
  await forge.deliver(...open([2, 3]));
  await forge.prepare();
  expect(await titles()).toEqual(['Message of 2', 'Message of 3']);
  await forge.deliver(...push([5, 6], { on: 1, branch: 'main' }));
  await forge.prepare();
  expect((await titles()).toSorted()).toEqual([2, 3, 5, 6].map(n => `Message of ${n}`));
});

test('of a further push those since the last head are, and nothing is outdated', async () => {
  await forge.deliver(...open([2]));
  await forge.prepare();
  await forge.deliver(...push([3, 4, 5], { on: 2 }));
  await forge.prepare();
  expect(await tested()).toEqual([2, 5, 3, 4]);
  expect(new Set((await forge.runs()).map(text => text.slice(9)))).toEqual(
    new Set(['planned: default queued']),
  );
});

test('a push whose delivery was lost is tested with the next one', async () => {
  await forge.deliver(...open([2]));
  await forge.prepare();
  push([3], { on: 2 });
  await forge.deliver(...push([4], { on: 3 }));
  await forge.prepare();
  expect(await tested()).toEqual([2, 4, 3]);
});

test('the commits of the base that a rebase takes in are not the pull request’s', async () => {
  await forge.deliver(...open([2]));
  await forge.prepare();
  push([11, 12], { on: 1, branch: 'main' });
  await forge.deliver(...push([3, 4], { on: 12 }));
  await forge.prepare();
  expect(await tested()).toEqual([2, 4, 3]);
});

test('a head that was forced away, and is gone, does not hide the commits of the new one', async () => {
  await forge.deliver(...open([2]));
  await forge.prepare();
  forge.refuse(2);
  await forge.deliver(...push([3, 4], { on: 1 }));
  await forge.prepare();
  expect(await tested()).toEqual([2, 4, 3]);
});

test('of very many commits the newest are tested, and the run of the head says so', async () => {
  const numbers = Array.from({ length: limits.commitsPerPush + 5 }, (_, n) => n + 2);
  await forge.deliver(...open(numbers));
  await forge.prepare();
  expect(await tested()).toHaveLength(limits.commitsPerPush);
  const runs = await listRuns(lab.store.read, {
    max: 999,
    before: null,
    repository: null,
    sight: null,
  });
  const head = runs.find(({ commit }) => commit === commitOf(limits.commitsPerPush + 6));
  expect(head?.warnings).toEqual(['only the newest 50 commits of this push are tested']);
});

test('commits are tested although the suite file of the head is wrong', async () => {
  forge.commit(2, { on: 1 });
  const broken = { sha: forge.commit(3, { on: 2, file: 'version: 2' }) };
  forge.github.push({ repository, branch: 'fix', commits: [{ sha: commitOf(2) }, broken] });
  await forge.deliver(...forge.github.openPull({ repository, title: 'Fix', branch: 'fix' }).events);
  await forge.prepare();
  expect(await forge.runs()).toEqual(['change 3 refused', 'change 2 planned: default queued']);
});

test('a closed pull request ends all of them, a reopened one takes all of them up', async () => {
  await forge.deliver(...open([2, 3]));
  await forge.prepare();
  await forge.deliver(...forge.github.closePull(pull));
  expect(await forge.runs()).toEqual([
    'change 3 planned: default cancelled',
    'change 2 planned: default cancelled',
  ]);
  await forge.deliver(...forge.github.reopenPull(pull));
  expect(await forge.runs()).toEqual([
    'change 3 planned: default queued',
    'change 2 planned: default queued',
  ]);
});

test('handling a delivery never waits for git', async () => {
  forge.source.failure = 'host-unreachable';
  const answers = await forge.deliver(...open([2, 3]), ...push([4], { on: 3 }));
  expect(answers.map(([verdict]) => verdict)).not.toContain(null);
  expect(forge.source.asked).toBe(0);
});

test('of pushes to a branch that nobody told of, each commit is tested, and on merge its head alone', async () => {
  await forge.deliver(...push([5], { on: 1, branch: 'main' }));
  await forge.prepare();
  push([6, 7], { on: 5, branch: 'main' });
  await forge.deliver(...push([8, 9], { on: 7, branch: 'main' }));
  await forge.prepare();
  expect((await tested()).toSorted()).toEqual([5, 6, 7, 8, 9]);
  expect(await forge.runs()).toContain('landed 6 planned: default queued');
});

test('under supersede only the last of them is', async () => {
  await forge.close();
  lab = await openLab();
  forge = openForgeLab(lab);
  await forge.deliver(...push([5], { on: 1, branch: 'main' }));
  push([6, 7], { on: 5, branch: 'main' });
  await forge.deliver(...push([8], { on: 7, branch: 'main' }));
  await forge.prepare();
  expect((await tested()).toSorted()).toEqual([5, 8]);
});

describe('another base', () => {
  const suites =
    'version: 1\nsuites:\n  deep: { steps: [make], branches: [next] }\n  quick: { steps: [make], branches: [main] }\n';
  const commit = (n: number, on: number) => ({ sha: forge.commit(n, { on, file: suites }) });
  const retarget = (base: string) => forge.deliver(...forge.github.changeBase({ ...pull, base }));
  const forMain = 'planned: deep skipped, quick queued';
  const forNext = 'planned: deep queued, quick skipped';
  beforeEach(async () => {
    await forge.close();
    lab = await openLab();
    forge = openForgeLab(lab, { commits: 'every-commit', branches: ['main', 'next'] });
    forge.commit(1, { file: suites });
    forge.github.push({ repository, branch: 'next', commits: [commit(9, 1)] });
  });
  const openFix = () => forge.github.openPull({ repository, title: 'Fix', branch: 'fix' }).events;

  test('has each commit of the pull request planned anew, and back again', async () => {
    forge.github.push({ repository, branch: 'fix', commits: [commit(2, 1), commit(3, 2)] });
    await forge.deliver(...openFix());
    await forge.prepare();
    await forge.deliver(...forge.github.push({ repository, branch: 'fix', commits: [commit(4, 3)] }));
    await forge.prepare();
    const fates = (how: string) => [3, 2, 4].map(n => `change ${n} ${how}`);
    expect(await forge.runs()).toEqual(fates(forMain));
    await retarget('next');
    await forge.prepare();
    expect(await forge.runs()).toEqual(fates(forNext));
    expect((await forge.statuses()).filter(text => text.startsWith('paddock/linux/quick success'))).toEqual(
      Array(3).fill('paddock/linux/quick success: skipped: not for next, only for main'),
    );
    await retarget('main');
    await forge.prepare();
    expect(await forge.runs()).toEqual(fates(forMain));
  });

  test('tests the commits too that its old base had, and it has not', async () => {
    await forge.deliver(...forge.github.push({ repository, branch: 'main', commits: [commit(2, 1)] }));
    forge.github.push({ repository, branch: 'fix', commits: [commit(3, 2), commit(4, 3)] });
    await forge.deliver(...openFix());
    await forge.prepare();
    expect((await tested()).toSorted()).toEqual([2, 3, 4]);
    await retarget('next');
    await forge.prepare();
    expect((await forge.runs()).filter(text => text.startsWith('change')).toSorted()).toEqual(
      [2, 3, 4].map(n => `change ${n} ${forNext}`),
    );
  });

  test('leaves a commit to the other pull request whose head it is', async () => {
    forge.github.push({ repository, branch: 'fix', commits: [commit(2, 1), commit(3, 2)] });
    forge.github.push({ repository, branch: 'part', commits: [{ sha: commitOf(2) }] });
    await forge.deliver(...openFix());
    await forge.deliver(...forge.github.openPull({ repository, title: 'Part', branch: 'part' }).events);
    await forge.prepare();
    await retarget('next');
    await forge.prepare();
    expect((await forge.runs()).toSorted()).toEqual([`change 2 ${forMain}`, `change 3 ${forNext}`]);
  });

  test('takes up what a base without tests had ended, for what it is now', async () => {
    forge.github.push({ repository, branch: 'topic', commits: [commit(8, 1)] });
    forge.github.push({ repository, branch: 'fix', commits: [commit(2, 1), commit(3, 2)] });
    await forge.deliver(...openFix());
    await forge.prepare();
    await retarget('topic');
    expect(await forge.runs()).toEqual([3, 2].map(n => `change ${n} planned: deep skipped, quick cancelled`));
    await retarget('next');
    await forge.prepare();
    for (const text of await forge.runs()) expect(text).toMatch(/deep queued/);
  });
});
