/** From a push to what GitHub shows: `supersede`, `every-commit`, and what has landed. */
import { afterEach, expect, test } from 'vitest';
import { listOccupiedJobs } from '#coordinator/store/jobs.ts';
import { type GithubLab, openGithubLab, repository } from '../support/github-lab.ts';
import { finishedOf } from '../support/guest-lab.ts';
import { attemptOf, commitOf } from '../support/rows.ts';

let lab: GithubLab;
afterEach(async () => {
  expect(lab.fake.violations).toEqual([]);
  expect(lab.errors).toEqual([]);
  await lab.close();
});

const push = (branch: string, ...commits: [n: number, on: number][]) => {
  lab.pass(1_000);
  const made = commits.map(([n, on]) => ({ sha: lab.commit(n, { on }) }));
  return lab.deliver(...lab.github.push({ repository, branch, commits: made }));
};
const shown = (n: number) => lab.shown(commitOf(n));
const stateOf = (n: number) => shown(n).map(line => line.split(':')[0]);

/** Commit 2 as the head of a pull request, with its job on a machine. */
async function running(policy = '') {
  lab = await openGithubLab({ policy });
  await push('fix', [2, 1]);
  await lab.deliver(...lab.github.openPull({ repository, title: 'Fix', branch: 'fix' }).events);
  await lab.settle();
  await lab.lease();
  await lab.settle();
  expect(stateOf(2)).toEqual(['paddock/linux pending']);
}

test('supersede: GitHub shows that the outdated commit stops, then that it was superseded, and tests the new one', async () => {
  await running();
  await push('fix', [3, 2]);
  await lab.settle();
  expect(shown(2)).toEqual(['paddock/linux pending: stopping: 0000000 is newer']);
  const [old] = (await listOccupiedJobs(lab.store.read)).filter(({ state }) => state.status === 'cancelling');
  if (!old) throw new Error('nothing is being stopped');
  const attempt = await attemptOf(lab as never, old.id);
  const end = { reason: 'superseded', message: '0000000 is newer' } as const;
  await lab.brain.guests.onFinished(attempt.machineId, finishedOf(attempt, end));
  await lab.settle();
  expect(stateOf(2)).toEqual(['paddock/linux error']);
  expect(shown(2)[0]).toContain('superseded by a newer commit');
  await lab.lease();
  await lab.finish();
  await lab.settle();
  expect(stateOf(3)).toEqual(['paddock/linux success']);
});

test('every-commit: each commit of each push is tested to its end, and shown', async () => {
  await running(', commits: every-commit');
  await push('fix', [3, 2], [4, 3]);
  await lab.settle();
  await lab.lease();
  await lab.finish();
  await lab.settle();
  expect([2, 3, 4].map(stateOf)).toEqual(Array(3).fill(['paddock/linux success']));
});

test('what has landed is tested to its end whatever lands after it, under supersede too', async () => {
  lab = await openGithubLab();
  for (const n of [2, 3, 4]) {
    await push('main', [n, n - 1]);
    await lab.settle();
    await lab.lease();
  }
  await lab.finish();
  await lab.settle();
  expect([2, 3, 4].map(stateOf)).toEqual(Array(3).fill(['paddock/linux success']));
});
