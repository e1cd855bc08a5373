import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { listRuns } from '#coordinator/store/runs.ts';
import { limits } from '#shared/limits.ts';
import { openLab } from '../support/brain-lab.ts';
import { type ForgeLab, openForgeLab } from '../support/forge-lab.ts';
import { built } from '../support/memory-mirror.ts';
import { addHost, addMachine, commitOf } from '../support/rows.ts';

let lab: Awaited<ReturnType<typeof openLab>>;
let forge: ForgeLab;
const start = async (commits: 'supersede' | 'every-commit' = 'supersede') => {
  lab = await openLab();
  forge = openForgeLab(lab, { commits });
};
beforeEach(() => start());
afterEach(() => forge.close());

const repository = 'acme/rocket';
const pull = { repository, number: 1 };
const push = (numbers: number[], branch = 'main') => {
  const commits = numbers.map((n, index) => ({
    sha: forge.commit(n, { on: numbers[index - 1] ?? 1 }),
    message: `Commit ${n}`,
  }));
  return forge.github.push({ repository, branch, commits, pusher: 'octocat' });
};
const open = () => {
  push([2], 'fix');
  return forge.github.openPull({ repository, title: 'Fix it', branch: 'fix' }).events;
};
const allRuns = () => listRuns(lab.store.read, { max: 999, before: null, repository: null, sight: null });

describe('a pull request that is merged', () => {
  const merge = (commits?: string[]) => {
    const mergeSha = forge.commit(9, { on: 2, file: built });
    const [closed, pushed] = forge.github.mergePull({ ...pull, mergeSha, ...(commits ? { commits } : {}) });
    if (!closed || !pushed) throw new Error('a merge sends two events');
    return { closed, pushed };
  };

  test.each(['closed, then pushed', 'pushed, then closed', 'either of them twice'])(
    'lands as one run, with what is built on merge (%s)',
    async order => {
      await forge.deliver(...open());
      const { closed, pushed } = merge();
      if (order.startsWith('closed')) await forge.deliver(closed, pushed);
      else if (order.startsWith('pushed')) await forge.deliver(pushed, closed);
      else await forge.deliver(pushed, closed, pushed, closed);
      await forge.prepare();
      expect(await forge.runs()).toEqual([
        'change 2 planned: default queued',
        'landed 9 planned: default queued, build blocked(needs)',
      ]);
      const [landed, change] = await allRuns();
      expect(landed).toMatchObject({
        changeId: change?.changeId,
        title: 'Message of 9',
        ref: 'main',
        isTrusted: true,
      });
    },
  );

  test('is told on the delivery', async () => {
    await forge.deliver(...open());
    expect(await forge.deliver(merge().closed)).toEqual([['acted-on', '#1 landed as 0000000']]);
  });

  test('into a branch that is not configured lands nothing', async () => {
    push([3], 'stable');
    push([2], 'fix');
    await forge.deliver(
      ...forge.github.openPull({ repository, title: 'x', branch: 'fix', base: 'stable' }).events,
    );
    const { closed, pushed } = merge();
    const answers = await forge.deliver(closed, pushed);
    expect(answers.map(([verdict]) => verdict)).toEqual(['not-acted-on', 'not-acted-on']);
    expect(await forge.runs()).toEqual([]);
  });

  test('that nobody here has heard of before lands too', async () => {
    open();
    await forge.deliver(merge().closed);
    expect(await forge.runs()).toEqual(['landed 9 preparing']);
  });
});

describe('a pull request that is closed without a merge', () => {
  test('ends what waits and stops what runs; reopened, it runs again', async () => {
    await forge.deliver(...open());
    await forge.prepare();
    await forge.deliver(...forge.github.closePull(pull));
    expect(await forge.runs()).toEqual(['change 2 planned: default cancelled']);
    await forge.deliver(...forge.github.reopenPull(pull));
    await addMachine(lab, await addHost(lab));
    await lab.schedule();
    await forge.deliver(...forge.github.closePull(pull));
    expect(await forge.runs()).toEqual(['change 2 planned: default cancelling']);
  });

  test('before it was prepared has nothing to stop; reopened, it is prepared', async () => {
    await forge.deliver(...open());
    await forge.deliver(...forge.github.closePull(pull));
    expect(await forge.runs()).toEqual(['change 2 dropped']);
    await forge.deliver(...forge.github.reopenPull(pull));
    await forge.prepare();
    expect(await forge.runs()).toEqual(['change 2 planned: default queued']);
  });

  test('leaves a commit alone that another open pull request is at', async () => {
    await forge.deliver(...open());
    push([2], 'same');
    await forge.deliver(...forge.github.openPull({ repository, title: 'the same', branch: 'same' }).events);
    await forge.deliver(...forge.github.closePull(pull));
    expect(await forge.runs()).toEqual(['change 2 preparing']);
  });

  test('and of which nobody here has heard is remembered as closed', async () => {
    const opened = open();
    await forge.deliver(...forge.github.closePull(pull));
    await forge.deliver(...opened);
    expect(await forge.runs()).toEqual([]);
  });
});

describe('a push to a configured branch', () => {
  test('lands its head, by who pushed it', async () => {
    expect(await forge.deliver(...push([2, 3, 4]))).toEqual([['acted-on', '1 commit landed on main']]);
    expect(await forge.runs()).toEqual(['landed 4 preparing']);
    const [run] = await allRuns();
    expect(run).toMatchObject({ title: 'Commit 4', author: 'octocat', ref: 'main', changeId: null });
  });

  test('never outdates what landed before: each merge has its artifacts', async () => {
    await forge.deliver(...push([2]), ...push([3]));
    expect(await forge.runs()).toEqual(['landed 2 preparing', 'landed 3 preparing']);
  });

  test('of several commits lands each where every commit is tested, and builds of the last', async () => {
    await forge.close();
    await start('every-commit');
    for (const n of [2, 3, 4]) forge.commit(n, { file: built });
    const commits = [2, 3, 4].map(n => ({ sha: forge.commit(n, { on: n - 1, file: built }) }));
    const pushed = forge.github.push({ repository, branch: 'main', commits });
    expect(await forge.deliver(...pushed)).toEqual([['acted-on', '3 commits landed on main']]);
    await forge.prepare();
    expect(await forge.runs()).toEqual([
      'landed 2 planned: default queued',
      'landed 3 planned: default queued',
      'landed 4 planned: default queued, build blocked(needs)',
    ]);
  });

  test('of very many commits lands the newest, and says how many it left out', async () => {
    await forge.close();
    await start('every-commit');
    const count = limits.commitsPerPush + 7;
    const numbers = Array.from({ length: count }, (_, n) => n + 2);
    const note = '50 commits landed on main; 7 older ones are not tested (at most 50)';
    expect(await forge.deliver(...push(numbers))).toEqual([['acted-on', note]]);
    const runs = await allRuns();
    expect(runs).toHaveLength(limits.commitsPerPush);
    expect(runs[0]?.commit).toBe(commitOf(count + 1));
  });

  test.each([
    ['to another branch', () => push([2], 'topic')],
    ['of a tag', () => forge.github.pushTag({ repository, tag: 'v1', sha: commitOf(1) })],
  ])('%s is listed and left alone', async (_, events) => {
    const [[verdict]] = (await forge.deliver(...events())) as [[string, string]];
    expect(verdict).toBe('not-acted-on');
    expect(await forge.runs()).toEqual([]);
  });
});
