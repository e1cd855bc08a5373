/** What happened while nobody listened is found within one pass, and nothing is done twice. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { listKnownChanges } from '#coordinator/store/known-heads.ts';
import { findRepositoryByName } from '#coordinator/store/repositories.ts';
import { listRuns } from '#coordinator/store/runs.ts';
import { until } from '#test/support/until.ts';
import { type GithubLab, openGithubLab, repository } from '../support/github-lab.ts';
import { commitOf } from '../support/rows.ts';

const day = 24 * 60 * 60_000;
let lab: GithubLab;
beforeEach(async () => {
  lab = await openGithubLab();
});
afterEach(async () => {
  expect(lab.fake.violations).toEqual([]);
  expect(lab.errors).toEqual([]);
  await lab.close();
});

const push = (n: number, on: number, branch: string, isForced = false) => {
  lab.pass(1_000);
  return lab.github.push({ repository, branch, isForced, commits: [{ sha: lab.commit(n, { on }) }] });
};
const open = (n: number, branch: string) => {
  push(n, 1, branch);
  return lab.github.openPull({ repository, title: `Fix ${n}`, branch });
};
const runs = async () =>
  (await listRuns(lab.store.read, { max: 99, before: null, repository: null, sight: null }))
    .map(({ purpose, commit, state }) => `${purpose} ${Number.parseInt(commit, 16)} ${state.status}`)
    .sort();

test('a start after a day of downtime is right within one pass', async () => {
  for (const n of [2, 3, 4, 5, 6]) await lab.deliver(...open(n, `fix-${n}`).events);
  await lab.deliver(...push(20, 1, 'main'));
  await lab.settle();
  await lab.lease();
  await lab.finish();
  await lab.settle();
  await lab.stop();

  // Nobody hears of any of this.
  lab.pass(day / 2);
  push(12, 2, 'fix-2');
  lab.github.closePull({ repository, number: 1 });
  push(13, 3, 'fix-3');
  push(14, 1, 'fix-4', true);
  lab.github.mergePull({ repository, number: 3, mergeSha: lab.commit(90, { on: 20 }) });
  lab.github.convertToDraft({ repository, number: 4 });
  open(7, 'fix-7');
  lab.pass(day / 2);
  push(91, 90, 'main');

  await lab.start();
  await lab.settle();
  expect(lab.repairs()).toBe(5);
  expect(await runs()).toEqual([
    'change 13 planned',
    'change 2 planned',
    'change 3 planned',
    'change 4 planned',
    'change 5 planned',
    'change 6 planned',
    'change 7 planned',
    'landed 20 planned',
    'landed 90 planned',
    'landed 91 planned',
  ]);
  for (const n of [13, 7, 90, 91]) expect(lab.shown(commitOf(n))).toEqual([expect.stringMatching('pending')]);
  for (const n of [5, 6, 20]) expect(lab.shown(commitOf(n))).toEqual([expect.stringMatching('success')]);
  await lab.settle();
  expect(lab.repairs()).toBe(5);
});

test('without a webhook everything comes by polling, at a cost that GitHub does not count', async () => {
  await lab.close();
  lab = await openGithubLab({ hasWebhooks: false });
  await lab.settle();
  open(2, 'fix');
  lab.pass(30_000);
  await until('the pull request is tested', async () => (await runs()).includes('change 2 planned'));
  await lab.settle();
  await lab.lease();
  await lab.finish();
  await lab.settle();
  expect(lab.shown(commitOf(2))).toEqual([expect.stringMatching('success')]);
  push(3, 2, 'fix');
  await lab.settle();
  lab.github.mergePull({ repository, number: 1, mergeSha: lab.commit(90, { on: 1 }) });
  await lab.settle();
  expect(await runs()).toEqual(['change 2 planned', 'change 3 planned', 'landed 90 planned']);

  await lab.settle();
  const seen = lab.fake.requests.length;
  await lab.settle();
  const answers = lab.fake.requests.slice(seen).map(({ status }) => status);
  expect([answers.length > 0, ...new Set(answers)]).toEqual([true, 304]);
});

test('a commit that stood on a branch before anybody watched is not tested, and what lands after it is', async () => {
  await lab.settle();
  expect(await runs()).toEqual([]);
  push(2, 1, 'main');
  await lab.settle();
  expect(await runs()).toEqual(['landed 2 planned']);
});

test('another base takes a pull request along, or ends what runs for it', async () => {
  const { number, events } = open(2, 'fix');
  await lab.deliver(...events);
  await lab.settle();
  lab.pass(1_000);
  lab.github.push({ repository, branch: 'next', commits: [{ sha: commitOf(1) }] });
  lab.github.changeBase({ repository, number, base: 'next' });
  await lab.settle();
  expect(lab.shown(commitOf(2))).toEqual([
    'paddock/linux error: cancelled: #1 is to be merged into next now, which is not tested',
  ]);
  lab.pass(1_000);
  lab.github.changeBase({ repository, number, base: 'main' });
  await lab.settle();
  expect(lab.shown(commitOf(2))).toEqual([expect.stringMatching('pending')]);
});

const changes = async () => {
  const { id } = (await findRepositoryByName(lab.store.read, repository)) ?? expect.fail('it is unknown');
  return (await listKnownChanges(lab.store.read, id, [1])).map(({ number, state }) => `#${number} ${state}`);
};

test('one that was closed, opened again and merged before anybody heard of it is merged, and has landed', async () => {
  const { number, events } = open(2, 'fix');
  await lab.deliver(...events);
  await lab.settle();
  lab.pass(1_000);
  await lab.deliver(...lab.github.closePull({ repository, number }));
  expect(await changes()).toEqual(['#1 closed']);
  lab.pass(1_000);
  lab.github.reopenPull({ repository, number });
  lab.github.mergePull({ repository, number, mergeSha: lab.commit(90, { on: 1 }) });
  await lab.settle();
  expect(await changes()).toEqual(['#1 merged']);
  expect(await runs()).toEqual(['change 2 planned', 'landed 90 planned']);
  expect(lab.said.filter(text => text.includes('nothing had told so'))).toEqual([
    'acme/rocket: #1 was merged as 0000000, and nothing had told so; #1 landed as 0000000',
  ]);
  await lab.settle();
  expect(lab.repairs()).toBe(1);
});

test('one that came back to a tested base and was merged before anybody heard of it is merged', async () => {
  const { number, events } = open(2, 'fix');
  lab.github.push({ repository, branch: 'next', commits: [{ sha: commitOf(1) }] });
  await lab.deliver(...events);
  lab.pass(1_000);
  await lab.deliver(...lab.github.changeBase({ repository, number, base: 'next' }));
  await lab.settle();
  expect(await changes()).toEqual(['#1 closed']);
  lab.pass(1_000);
  lab.github.changeBase({ repository, number, base: 'main' });
  lab.github.mergePull({ repository, number, mergeSha: lab.commit(90, { on: 1 }) });
  await lab.settle();
  expect(await changes()).toEqual(['#1 merged']);
});

test('what somebody else has written over a status is put right, and a pending one without a job is ended', async () => {
  await lab.deliver(...open(2, 'fix').events);
  await lab.settle();
  await lab.lease();
  await lab.finish();
  await lab.settle();
  const [truth = ''] = lab.shown(commitOf(2));
  const others = [
    { context: 'paddock/linux', state: 'failure', description: 'no' },
    { context: 'paddock/amiga', state: 'pending', description: 'queued' },
    { context: 'travis', state: 'pending', description: 'queued' },
  ];
  for (const status of others) await post(status);
  await lab.settle();
  await lab.settle();
  expect(lab.shown(commitOf(2))).toEqual([
    truth,
    'paddock/amiga error: no job of this name any more; push again, or have it required no longer',
    'travis pending: queued',
  ]);
  expect(lab.said.filter(text => text.includes('sent again'))).toEqual([
    'acme/rocket at 0000000: paddock/amiga is pending on GitHub, and no job will ever end it; it is sent again',
    'acme/rocket at 0000000: GitHub shows paddock/linux as failure, which is success; it is sent again',
  ]);
});

const post = (status: object) =>
  fetch(`${lab.fake.baseUrl}/repos/${repository}/statuses/${commitOf(2)}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${lab.fake.token}`, 'user-agent': 'somebody else' },
    body: JSON.stringify(status),
  });

test('under every-commit several pushes that were lost are found commit by commit', async () => {
  await lab.close();
  lab = await openGithubLab({ policy: ', commits: every-commit' });
  await lab.deliver(...push(2, 1, 'main'));
  await lab.settle();
  push(3, 2, 'main');
  push(4, 3, 'main');
  push(5, 4, 'main');
  await lab.settle();
  expect(await runs()).toEqual([
    'landed 2 planned',
    'landed 3 planned',
    'landed 4 planned',
    'landed 5 planned',
  ]);
  expect(lab.repairs()).toBe(1);
});

test('a status that GitHub has refused for a commit that is no head any more is offered again', async () => {
  await lab.deliver(...open(2, 'fix').events);
  await lab.settle();
  expect(lab.shown(commitOf(2))).toEqual([expect.stringMatching('pending')]);
  lab.fake.goDown();
  await lab.deliver(...push(3, 2, 'fix'));
  lab.fake.comeBack();
  lab.fake.inject({ type: 'unprocessable' });
  lab.fake.inject({ type: 'unprocessable' });
  await until('both statuses are refused', () => {
    // A try may still be under way that began while GitHub was down.
    lab.pass(60_000);
    return lab.fake.faultsLeft() === 0;
  });
  await lab.settle();
  await lab.settle();
  expect(lab.shown(commitOf(2))).toEqual([expect.stringMatching('error: superseded')]);
});
