/** What becomes of a commit when a newer one comes: `supersede`, `every-commit`, and what has landed. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RepositoryPolicy } from '#coordinator/runs/intake-ports.ts';
import { listJobsOfRun } from '#coordinator/store/jobs.ts';
import { openLab } from '../support/brain-lab.ts';
import { type ForgeLab, openForgeLab } from '../support/forge-lab.ts';
import { openGuests } from '../support/guest-lab.ts';
import { addHost, addMachine, attemptOf } from '../support/rows.ts';

let lab: Awaited<ReturnType<typeof openLab>>;
let forge: ForgeLab;
const start = async (commits: RepositoryPolicy['commits']) => {
  lab = await openLab();
  forge = openForgeLab(lab, { commits });
  forge.configures(
    ...lab.pools.map(({ image }) => ({ ...image, serves: { ...image.serves, gate: 'required' as const } })),
  );
};
beforeEach(() => start('supersede'));
afterEach(() => forge.close());

const repository = 'acme/rocket';
const push = (n: number, on: number, branch = 'fix') =>
  forge.github.push({ repository, branch, commits: [{ sha: forge.commit(n, { on }) }] });

/** The pull request of commit 2, with its job on a machine. */
async function openRunning() {
  push(2, 1);
  await forge.deliver(...forge.github.openPull({ repository, title: 'Fix', branch: 'fix' }).events);
  await forge.prepare();
  const machine = await addMachine(lab, await addHost(lab));
  await lab.schedule();
  const [job] = await listJobsOfRun(lab.store.read, (await forge.newestRun()).id);
  if (!job) throw new Error('the run has no job');
  return { machine, attempt: await attemptOf(lab, job.id) };
}

test('supersede tells the machine of an outdated commit to stop at once, and GitHub why', async () => {
  const { machine, attempt } = await openRunning();
  const hastened = await forge.take(...push(3, 2));
  expect(hastened.flat()).toContainEqual({ type: 'push-machine', machine: machine.id });
  expect(await forge.statuses()).toContain('paddock/linux pending: stopping: 0000000 is newer');
  const end = { reason: 'superseded', message: '0000000 is newer' } as const;
  await openGuests(lab).finish(attempt, end);
  const said = await forge.statuses();
  expect(said).toContain('paddock/linux error: superseded by a newer commit after 1.0 s: 0000000 is newer');
  expect(said).toContain('paddock error: linux superseded by a newer commit; 0 of 1 required jobs passed');
  await forge.prepare();
  expect(await forge.runs()).toEqual([
    'change 2 planned: default superseded',
    'change 3 planned: default queued',
  ]);
});

test('a machine that says nothing is not waited for: its job ends as outdated', async () => {
  await openRunning();
  await forge.deliver(...push(3, 2));
  lab.pass(61_000);
  await lab.reap();
  expect(await forge.runs()).toContain('change 2 planned: default superseded');
});

test('every-commit ends nothing, however many come', async () => {
  await forge.close();
  await start('every-commit');
  await openRunning();
  await forge.deliver(...push(3, 2), ...push(4, 3));
  await forge.prepare();
  expect(await forge.runs()).toEqual([
    'change 2 planned: default leased',
    'change 3 planned: default queued',
    'change 4 planned: default queued',
  ]);
});

test.each(['supersede', 'every-commit'] as const)('what has landed is never outdated (%s)', async commits => {
  await forge.close();
  await start(commits);
  for (const n of [2, 3, 4]) {
    await forge.deliver(...push(n, n - 1, 'main'));
    await forge.prepare();
  }
  expect(await forge.runs()).toEqual([
    'landed 2 planned: default queued',
    'landed 3 planned: default queued',
    'landed 4 planned: default queued',
  ]);
});
