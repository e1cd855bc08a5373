import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Approval, approveRun, refusalToRepeat } from '#coordinator/runs/approve.ts';
import { listJobsOfRun } from '#coordinator/store/jobs.ts';
import { findRun } from '#coordinator/store/runs.ts';
import type { CommitSha, RunId } from '#shared/ids.ts';
import { imageOf, openLab } from '../support/brain-lab.ts';
import { type ForgeLab, openForgeLab } from '../support/forge-lab.ts';
import { openGuests, passed } from '../support/guest-lab.ts';
import { addHost, addMachine, attemptOf, commitOf } from '../support/rows.ts';

let lab: Awaited<ReturnType<typeof openLab>>;
let forge: ForgeLab;
beforeEach(async () => {
  lab = await openLab();
  forge = openForgeLab(lab);
  forge.github.createRepository({
    fullName: 'kim/rocket',
    cloneUrl: 'https://github.example.org/kim/rocket.git',
    head: commitOf(1),
    forkOf: repository,
  });
});
afterEach(() => forge.close());

const repository = 'acme/rocket';
const by: Approval['by'] = { way: 'token' };
const vm = { driver: 'libvirt', isolation: 'vm' } as const;
/** A machine that an untrusted job may have. */
const addIsolated = async () =>
  addMachine(lab, await addHost(lab, 'cellar', vm), { image: imageOf('linux', { driver: 'libvirt' }) });
const push = (n: number, { on = 1, where = 'kim/rocket' } = {}) =>
  forge.github.push({ repository: where, branch: 'fix', commits: [{ sha: forge.commit(n, { on }) }] });

/** A pull request is opened, of a fork unless told otherwise. */
async function open(n: number, from = 'kim/rocket') {
  push(n, { where: from });
  const pull = forge.github.openPull({ repository, title: `Commit ${n}`, branch: 'fix', base: 'main', from });
  await forge.deliver(...pull.events);
  await forge.prepare();
  return { run: await forge.newestRun(), number: pull.number };
}

/** @returns null when it was approved, else why not. */
async function approve(id: RunId, commit: CommitSha): Promise<string | null> {
  const at = lab.clock.now;
  const ports = { applyToJob: lab.jobs.apply, isEveryCommit: () => false };
  const answer = await lab.store.write(tx => approveRun(ports, tx, id, { commit, by, at }));
  lab.wakeUp(answer.wakes);
  return answer.rejected?.message ?? null;
}

/** What is noted of approvals, as rows. */
const approvals = () =>
  lab.store.read.selectFrom('event').select(['run_id', 'data']).where('type', '=', 'run.approved').execute();

describe('the commit of a fork that an administrator approves', () => {
  test('runs, and it is noted who approved which commit', async () => {
    const { run } = await open(2);
    expect(await approve(run.id, run.commit)).toBe(null);
    expect(await forge.runs()).toEqual(['change 2 planned: default queued']);
    expect((await approvals()).map(({ run_id, data }) => [run_id, JSON.parse(data)])).toEqual([
      [run.id, { commit: commitOf(2), by }],
    ]);
  });

  test('is no more trusted than before: no machine that isolates nothing takes it', async () => {
    const { run } = await open(2);
    await approve(run.id, run.commit);
    expect((await listJobsOfRun(lab.store.read, run.id)).map(({ isTrusted }) => isTrusted)).toEqual([false]);
    await addMachine(lab, await addHost(lab, 'shed', { isolation: 'none' }));
    await lab.schedule();
    expect(await forge.runs()).toEqual(['change 2 planned: default queued']);
    await addIsolated();
    await lab.schedule();
    expect(await forge.runs()).toEqual(['change 2 planned: default leased']);
  });

  test('is approved once, however often somebody says it', async () => {
    const { run } = await open(2);
    await approve(run.id, run.commit);
    expect(await approve(run.id, run.commit)).toBe(null);
    await addIsolated();
    await lab.schedule();
    const [job] = await listJobsOfRun(lab.store.read, run.id);
    if (job) await openGuests(lab).finish(await attemptOf(lab, job.id), passed);
    expect(await approve(run.id, run.commit)).toBe(null);
    expect(await forge.runs()).toEqual(['change 2 planned: default passed']);
    expect(await approvals()).toHaveLength(1);
  });

  test('speaks for no other: the next head waits for an approval of its own', async () => {
    const { run } = await open(2);
    await approve(run.id, run.commit);
    await forge.deliver(...push(3, { on: 2 }));
    await forge.prepare();
    expect(await forge.runs()).toEqual([
      'change 2 planned: default superseded',
      'change 3 planned: default blocked(approval)',
    ]);
  });
});

describe('nothing is approved', () => {
  test('when another commit was looked at than the run tests', async () => {
    const { run } = await open(2);
    expect(await approve(run.id, commitOf(7))).toBe(
      `${run.id} tests ${'0'.repeat(7)}, not ${'0'.repeat(7)}, so nothing was approved; pull request #1 is at 0000000 now`,
    );
    expect(await forge.runs()).toEqual(['change 2 planned: default blocked(approval)']);
  });

  test('when the pull request has a newer head since', async () => {
    const { run } = await open(2);
    await forge.deliver(...push(3, { on: 2 }));
    expect(await approve(run.id, run.commit)).toBe(
      'pull request #1 is at 0000000 now, so 0000000 was not approved; what is approved has to be its head',
    );
    expect((await forge.runs())[0]).toBe('change 2 planned: default superseded');
    expect(await approvals()).toEqual([]);
  });

  test('of a pull request that is closed', async () => {
    const { run, number } = await open(2);
    await forge.deliver(...forge.github.closePull({ repository, number }));
    expect(await approve(run.id, run.commit)).toContain('pull request #1 is closed');
  });

  test('of a run that needs none, or has no jobs yet', async () => {
    const { run } = await open(2, repository);
    expect(await approve(run.id, run.commit)).toContain('needs no approval');
    push(3);
    const pull = { repository, title: 'Theirs', branch: 'fix', base: 'main', from: 'kim/rocket' };
    await forge.deliver(...forge.github.openPull(pull).events);
    const theirs = await forge.newestRun();
    expect(await approve(theirs.id, theirs.commit)).toContain('is still being prepared');
  });
});

describe('what is asked for again', () => {
  /** Why it is not repeated; null: it is. */
  const refusal = async (id: RunId, isAnyCommit = false) => {
    const run = await findRun(lab.store.read, id);
    return run && refusalToRepeat({ isEveryCommit: () => isAnyCommit }, lab.store.read, run);
  };

  test('is refused where it would wait for an approval that nobody can give any more', async () => {
    const { run, number } = await open(2);
    expect(await refusal(run.id)).toBe(null);
    await forge.deliver(...push(3, { on: 2 }));
    expect(await refusal(run.id)).toBe(
      '0000000 was never approved, and cannot be any more: pull request #1 is at 0000000 now',
    );
    expect(await refusal(run.id, true)).toBe(null);
    await forge.deliver(...forge.github.closePull({ repository, number }));
    expect(await refusal(run.id, true)).toContain('pull request #1 is closed');
  });

  test('runs where it was approved, also when it is the head no more', async () => {
    const { run } = await open(2);
    await approve(run.id, run.commit);
    await forge.deliver(...push(3, { on: 2 }));
    expect(await refusal(run.id)).toBe(null);
  });
});
