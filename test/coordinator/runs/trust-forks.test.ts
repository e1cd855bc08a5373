import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { approveRun } from '#coordinator/runs/approve.ts';
import { browseRun } from '#coordinator/runs/browse.ts';
import type { RepositoryPolicy } from '#coordinator/runs/intake-ports.ts';
import { listJobsOfRun } from '#coordinator/store/jobs.ts';
import type { RunId } from '#shared/ids.ts';
import { trustText } from '#shared/trust.ts';
import { imageOf, openLab } from '../support/brain-lab.ts';
import { type ForgeLab, openForgeLab } from '../support/forge-lab.ts';
import { addHost, addMachine, attemptOf, commitOf } from '../support/rows.ts';

let lab: Awaited<ReturnType<typeof openLab>>;
let forge: ForgeLab;
afterEach(() => forge.close());

const repository = 'acme/rocket';
const trust = {
  authors: ['bo'],
  teams: ['acme/pilots'],
  associations: ['MEMBER'],
  'previously-merged': true,
};

/** `kim` is a member, `bo` is listed, `mallory` is nobody; each has a fork. */
async function openForks(policy: Partial<Pick<RepositoryPolicy, 'commits'>> = {}) {
  lab = await openLab();
  forge = openForgeLab(lab, { trust, ...policy });
  for (const owner of ['kim', 'bo', 'mallory'])
    forge.github.createRepository({
      fullName: `${owner}/rocket`,
      cloneUrl: `https://github.example.org/${owner}/rocket.git`,
      head: commitOf(1),
      forkOf: repository,
    });
  forge.github.addPerson({ repository, login: 'kim', association: 'MEMBER' });
  forge.asked.isAnswering = true;
}
beforeEach(() => openForks());

type Pushed = { to?: string; on?: number; by?: string; branch?: string };
const push = (n: number, { to = 'kim', on = 1, by = to, branch = 'fix' }: Pushed = {}) =>
  forge.github.push({
    repository: `${to}/rocket`,
    branch,
    commits: [{ sha: forge.commit(n, { on }) }],
    pusher: by,
  });

async function open(n: number, from = 'kim', on = 1) {
  push(n, { to: from, on });
  const pull = forge.github.openPull({
    repository,
    title: `Commit ${n}`,
    branch: 'fix',
    from: `${from}/rocket`,
  });
  await forge.deliver(...pull.events);
  await forge.prepare();
  return { repository, number: pull.number };
}

const approvals = {
  applyToJob: (...args: Parameters<typeof lab.jobs.apply>) => lab.jobs.apply(...args),
  isEveryCommit: () => true,
};

const deliver = async (...events: Parameters<ForgeLab['deliver']>) => {
  await forge.deliver(...events);
  await forge.prepare();
};

const trustOf = async (id?: RunId) => {
  const run = await browseRun(
    lab.store.read,
    lab.browsePorts,
    id ?? (await forge.newestRun()).id,
    () => true,
  );
  return run && trustText(run.trust);
};

describe('the fork of a known author', () => {
  test('runs at once, and the run says why', async () => {
    await open(2);
    expect(await forge.runs()).toEqual(['change 2 planned: default queued']);
    expect(await trustOf()).toBe('runs at once, without secrets: kim is a MEMBER');
  });

  test('is no more trusted: no secrets, an archive, and no machine that isolates nothing', async () => {
    await open(2);
    await addMachine(lab, await addHost(lab, 'shed', { isolation: 'none' }));
    await lab.schedule();
    expect(await forge.runs()).toEqual(['change 2 planned: default queued']);
    const cellar = await addHost(lab, 'cellar', { driver: 'libvirt', isolation: 'vm' });
    const machine = await addMachine(lab, cellar, { image: imageOf('linux', { driver: 'libvirt' }) });
    await lab.schedule();
    const [job] = await listJobsOfRun(lab.store.read, (await forge.newestRun()).id);
    if (!job) throw new Error('there is no job');
    expect([job.isTrusted, (await attemptOf(lab, job.id)).machineId]).toEqual([false, machine.id]);
  });

  test('waits when somebody else has pushed to it', async () => {
    await open(2);
    await deliver(...push(3, { on: 2, by: 'mallory' }));
    expect(await forge.runs()).toEqual([
      'change 2 planned: default superseded',
      'change 3 planned: default blocked(approval)',
    ]);
    expect(await trustOf()).toBe(
      'waits for an approval: it was pushed by mallory, who is neither the author nor listed under trust',
    );
  });

  test('stays waiting when its author makes it ready or reopens it after that: nobody vouches by that', async () => {
    const pull = await open(2);
    await deliver(...push(3, { on: 2, by: 'mallory' }));
    await deliver(...forge.github.markReady({ ...pull, by: 'kim' }));
    await deliver(...forge.github.closePull({ ...pull, by: 'kim' }));
    await deliver(...forge.github.reopenPull({ ...pull, by: 'kim' }));
    expect((await forge.runs()).at(-1)).toBe('change 3 planned: default blocked(approval)');
  });

  test('waits with what came to its branch while it was closed', async () => {
    const pull = await open(2);
    await deliver(...forge.github.closePull({ ...pull, by: 'kim' }));
    push(3, { on: 2, by: 'mallory' });
    forge.github.reopenPull({ ...pull, by: 'kim' });
    // GitHub shows the branch as it is when the pull request is reopened.
    const [synchronized] = push(4, { on: 3, by: 'mallory' }).slice(1);
    const reopened = { ...(synchronized?.payload ?? {}), action: 'reopened' };
    await deliver({ repository, event: 'pull_request', payload: reopened });
    expect((await forge.runs()).at(-1)).toBe('change 4 planned: default blocked(approval)');
    expect(await trustOf()).toContain('GitHub did not say who pushed it');
  });

  test('runs at once again when its author or a listed one has pushed again', async () => {
    await open(2);
    await deliver(...push(3, { on: 2, by: 'mallory' }));
    await deliver(...push(4, { on: 3, by: 'bo' }));
    expect(await trustOf()).toBe('runs at once, without secrets: bo is listed under trust');
    await deliver(...push(5, { on: 4 }));
    expect((await forge.runs()).at(-1)).toBe('change 5 planned: default queued');
  });

  test('that was cancelled before it ran needs no approval to run again', async () => {
    await open(2);
    const { id } = await forge.newestRun();
    const at = lab.clock.now;
    const cancel = { type: 'cancel-requested', at, reason: 'cancelled', message: 'by hand' } as const;
    await lab.store.write(tx => lab.runs.apply(tx, id, cancel));
    await lab.store.write(tx => lab.runs.apply(tx, id, { type: 'rerun-requested', at }));
    expect(await forge.runs()).toEqual(['change 2 planned: default queued']);
  });
});

describe('the commit of a stranger', () => {
  test('waits, and runs at once when a known author brings the very same', async () => {
    await open(2, 'mallory');
    expect(await forge.runs()).toEqual(['change 2 planned: default blocked(approval)']);
    expect(await trustOf()).toBe(
      'waits for an approval: mallory is unknown here, and not listed under trust',
    );
    await open(2, 'kim');
    expect(await forge.runs()).toEqual(['change 2 planned: default queued']);
    expect(await trustOf()).toBe('runs at once, without secrets: kim is a MEMBER');
  });

  test('keeps running when a stranger offers what a known author had offered', async () => {
    await open(2, 'kim');
    await open(2, 'mallory');
    expect(await forge.runs()).toEqual(['change 2 planned: default queued']);
  });

  test('runs at once from their first merge on, whatever the account is called by then', async () => {
    const pull = await open(2, 'mallory');
    await deliver(...forge.github.mergePull({ ...pull, mergeSha: forge.commit(9, { on: 2 }) }));
    await open(3, 'mallory', 9);
    expect((await forge.runs()).at(-1)).toBe('change 3 planned: default queued');
    expect(await trustOf()).toContain('mallory has a merged pull request in this repository');
  });

  test('tells who approved which commit', async () => {
    await open(2, 'mallory');
    const run = await forge.newestRun();
    const by = { way: 'session', session: 'a-secret-name' } as const;
    const approval = { commit: run.commit, by, at: lab.clock.now };
    await lab.store.write(tx => approveRun(approvals, tx, run.id, approval));
    expect(await trustOf()).toBe(
      'approved, runs without secrets: mallory is unknown here, and not listed under trust',
    );
    const view = await browseRun(lab.store.read, lab.browsePorts, run.id, () => true);
    expect(view?.trust.approvals).toEqual([
      { commit: run.commit, by: 'an administrator in a browser', at: lab.clock.now },
    ]);
  });
});

describe('under every-commit', () => {
  beforeEach(async () => {
    await forge.close();
    await openForks({ commits: 'every-commit' });
  });

  test('what a stranger pushed before the head is approved by itself', async () => {
    const commits = [2, 3].map(n => ({ sha: forge.commit(n, { on: n - 1 }) }));
    forge.github.push({ repository: 'mallory/rocket', branch: 'fix', commits, pusher: 'mallory' });
    const from = { repository, title: 'Two', branch: 'fix', from: 'mallory/rocket' };
    const pull = forge.github.openPull(from);
    await deliver(...pull.events);
    expect(await forge.runs()).toEqual([
      'change 3 planned: default blocked(approval)',
      'change 2 planned: default blocked(approval)',
    ]);
    const earlier = await forge.newestRun();
    const approve = () => {
      const approval = { commit: earlier.commit, by: { way: 'token' } as const, at: lab.clock.now };
      return lab.store.write(tx => approveRun(approvals, tx, earlier.id, approval));
    };
    expect(await approve()).not.toHaveProperty('rejected');
    expect((await forge.runs()).at(-1)).toBe('change 2 planned: default queued');
    await deliver(...forge.github.closePull({ repository, number: pull.number }));
    expect((await approve()).rejected?.message).toContain('pull request #1 is closed');
  });

  test('all commits of a known author run at once', async () => {
    const commits = [2, 3].map(n => ({ sha: forge.commit(n, { on: n - 1 }) }));
    forge.github.push({ repository: 'kim/rocket', branch: 'fix', commits, pusher: 'kim' });
    const from = { repository, title: 'Two', branch: 'fix', from: 'kim/rocket' };
    await deliver(...forge.github.openPull(from).events);
    expect(await forge.runs()).toEqual([
      'change 3 planned: default queued',
      'change 2 planned: default queued',
    ]);
  });
});

describe('on an image that isolates nothing anywhere', () => {
  beforeEach(() => void forge.neverIsolated.add('linux'));
  const sentence =
    'could not be tested: linux isolates nothing; a maintainer has to push the commit to a branch of acme/rocket';

  test.each(['kim', 'mallory'])(
    'the fork of %s ends with what a maintainer can do, and GitHub shows it',
    async owner => {
      await open(2, owner);
      expect(await forge.runs()).toEqual(['change 2 planned: default errored']);
      expect(await forge.statuses()).toEqual([`paddock/linux error: ${sentence}`]);
    },
  );

  test('a branch of the repository is tested', async () => {
    push(2, { to: 'acme' });
    await deliver(...forge.github.openPull({ repository, title: 'Ours', branch: 'fix' }).events);
    expect(await forge.runs()).toEqual(['change 2 planned: default queued']);
    expect(await trustOf()).toBe('trusted: pushed to acme/rocket itself by acme');
  });

  test('the commit is tested, and trusted, once a maintainer has pushed it to any branch', async () => {
    await open(2, 'mallory');
    const event = await forge.deliver(
      ...forge.github.push({
        repository,
        branch: 'looked-at',
        commits: [{ sha: commitOf(2) }],
        pusher: 'acme',
      }),
    );
    expect(event[0]).toEqual(['acted-on', '0000000 comes from a fork, and is trusted from now on']);
    expect(await forge.runs()).toEqual(['change 2 planned: default queued']);
    expect(await trustOf()).toBe('trusted: pushed to acme/rocket itself by acme');
  });

  test('what is run again there waits for no machine either', async () => {
    await open(2, 'kim');
    const { id } = await forge.newestRun();
    await lab.store.write(tx => lab.runs.apply(tx, id, { type: 'rerun-requested', at: lab.clock.now }));
    expect(await forge.runs()).toEqual(['change 2 planned: default queued']);
    await forge.endUnplaceable();
    expect(await forge.runs()).toEqual(['change 2 planned: default errored']);
    expect((await forge.statuses()).at(-1)).toBe(`paddock/linux error: ${sentence}`);
  });

  test('waiting jobs end when the last host that isolated it is gone, and others do not', async () => {
    forge.neverIsolated.clear();
    await open(2, 'kim');
    await open(3, 'mallory');
    push(4, { to: 'acme', branch: 'ours' });
    await deliver(...forge.github.openPull({ repository, title: 'Ours', branch: 'ours' }).events);
    await forge.endUnplaceable();
    expect(new Set((await forge.runs()).map(text => text.split('default ')[1]))).toEqual(
      new Set(['queued', 'blocked(approval)']),
    );
    forge.neverIsolated.add('linux');
    await forge.endUnplaceable();
    expect(await forge.runs()).toEqual([
      'change 2 planned: default errored',
      'change 3 planned: default errored',
      'change 4 planned: default queued',
    ]);
  });
});

test('what waits for an approval ends when its pull request is merged', async () => {
  const pull = await open(2, 'mallory');
  await deliver(...forge.github.mergePull({ ...pull, mergeSha: forge.commit(9, { on: 2 }) }));
  expect((await forge.runs())[0]).toBe('change 2 planned: default cancelled');
});

describe('a team', () => {
  test('lets the forks of its members run at once, without secrets', async () => {
    forge.members.add('acme/pilots mallory');
    await open(2, 'mallory');
    expect(await trustOf()).toBe('runs at once, without secrets: mallory is in acme/pilots');
  });

  test('does not vouch for whoever else may push there', async () => {
    forge.members.add('acme/pilots mallory');
    await open(2, 'mallory');
    await deliver(...push(3, { to: 'mallory', on: 2, by: 'eve' }));
    expect(await trustOf()).toMatch(/^waits for an approval: it was pushed by eve/);
  });

  test('is asked for when GitHub answers again, and nothing runs meanwhile', async () => {
    forge.members.add('acme/pilots mallory');
    forge.asked.isAnswering = false;
    await open(2, 'mallory');
    expect(await forge.runs()).toEqual([]);
    forge.asked.isAnswering = true;
    lab.clock.now += 60_000;
    await forge.handle();
    await forge.prepare();
    expect(await trustOf()).toBe('runs at once, without secrets: mallory is in acme/pilots');
  });

  test('is not asked for where nothing hangs on it', async () => {
    forge.asked.isAnswering = false;
    await open(2, 'bo');
    expect(await trustOf()).toBe('runs at once, without secrets: bo is listed under trust');
  });
});
