/** GitHub's own merge queue asks for checks of commits that it makes. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { listUnsentWrites } from '#coordinator/store/forge-writes.ts';
import { listRuns } from '#coordinator/store/runs.ts';
import { openLab } from '../support/brain-lab.ts';
import { type ForgeLab, openForgeLab } from '../support/forge-lab.ts';
import { addHost, addMachine, commitOf } from '../support/rows.ts';

let lab: Awaited<ReturnType<typeof openLab>>;
let forge: ForgeLab;
beforeEach(async () => {
  lab = await openLab();
  forge = openForgeLab(lab);
});
afterEach(() => forge.close());

const group = (n: number, base = 'main') => ({
  repository: 'acme/rocket',
  base,
  sha: forge.commit(n, { on: 1 }),
  message: 'Merge pull request #7 from octocat/fix',
});
const newestRuns = () => listRuns(lab.store.read, { max: 9, before: null, repository: null, sight: null });

test('a group that asks for checks gets a trusted run, whose statuses stand on its own commit', async () => {
  const answers = await forge.deliver(...forge.github.requestMergeGroup(group(5)));
  expect(answers).toEqual([['acted-on', 'merge group 0000000 for main']]);
  await forge.prepare();
  expect(await forge.runs()).toEqual(['merge-group 5 planned: default queued']);
  const [run] = await newestRuns();
  expect(run).toMatchObject({
    isTrusted: true,
    changeId: null,
    ref: expect.stringMatching(/^gh-readonly-queue\/main\//),
  });
  expect(await listUnsentWrites(lab.store.read, 9)).toMatchObject([
    { subject: commitOf(5), context: 'paddock/linux', payload: { state: 'pending' } },
  ]);
});

test('a group that is asked for twice is tested once', async () => {
  const asked = forge.github.requestMergeGroup(group(5));
  await forge.deliver(...asked, ...asked);
  await forge.prepare();
  expect(await forge.runs()).toEqual(['merge-group 5 planned: default queued']);
});

test('the same commit as head of a pull request has a run of its own', async () => {
  const sha = forge.commit(5, { on: 1 });
  forge.github.push({ repository: 'acme/rocket', branch: 'fix', commits: [{ sha }] });
  const { events } = forge.github.openPull({ repository: 'acme/rocket', title: 'Fix it', branch: 'fix' });
  await forge.deliver(...events, ...forge.github.requestMergeGroup(group(5)));
  await forge.prepare();
  expect(await forge.runs()).toEqual([
    'change 5 planned: default queued',
    'merge-group 5 planned: default queued',
  ]);
});

test('a group that is destroyed leaves no machine at work', async () => {
  const host = await addHost(lab);
  await addMachine(lab, host);
  await forge.deliver(...forge.github.requestMergeGroup(group(5)));
  await forge.prepare();
  expect(await forge.runs()).toEqual(['merge-group 5 planned: default leased']);
  const answers = await forge.deliver(
    ...forge.github.destroyMergeGroup({ ...group(5), reason: 'invalidated' }),
  );
  expect(answers).toEqual([['acted-on', "GitHub's merge queue is done with 0000000 (invalidated)"]]);
  expect(await forge.runs()).toEqual(['merge-group 5 planned: default cancelling']);
});

test('a group for a branch that is not configured is not tested', async () => {
  forge.github.push({ repository: 'acme/rocket', branch: 'stable', commits: [{ sha: forge.commit(3) }] });
  const asked = forge.github.requestMergeGroup(group(5, 'stable'));
  const [answer] = await forge.deliver(...asked);
  expect(answer).toEqual(['not-acted-on', 'the base stable is not a configured branch of acme/rocket']);
  expect(await forge.runs()).toEqual([]);
});
