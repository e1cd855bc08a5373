import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findChange } from '#coordinator/store/changes.ts';
import { listQueuedJobs } from '#coordinator/store/jobs.ts';
import { findRepositoryByName } from '#coordinator/store/repositories.ts';
import { openLab } from '../support/brain-lab.ts';
import { type ForgeLab, openForgeLab } from '../support/forge-lab.ts';
import { addHost, addMachine, commitOf } from '../support/rows.ts';

let lab: Awaited<ReturnType<typeof openLab>>;
let forge: ForgeLab;
beforeEach(async () => {
  lab = await openLab();
  forge = openForgeLab(lab, { isTested: name => name === 'acme/rocket' });
});
afterEach(() => forge.close());

const repository = 'acme/rocket';
const push = (n: number, { branch = 'fix', on = 1, in: where = repository } = {}) =>
  forge.github.push({ repository: where, branch, commits: [{ sha: forge.commit(n, { on }) }] });

/** A pull request from a branch of the same repository, or of a fork. */
function open(n: number, { branch = 'fix', isDraft = false, base = 'main', from = repository } = {}) {
  push(n, { branch, in: from });
  return forge.github.openPull({ repository, title: `Commit ${n}`, branch, base, from, isDraft });
}

describe('a pull request that is opened', () => {
  test('has its head tested, once, with what people see of it', async () => {
    const { events } = open(2);
    expect(await forge.deliver(...events)).toEqual([['acted-on', '#1 at 0000000']]);
    await forge.prepare();
    expect(await forge.runs()).toEqual(['change 2 planned: default queued']);
    const { id } = (await findRepositoryByName(lab.store.read, repository)) ?? {};
    const change = id && (await findChange(lab.store.read, id, 1));
    expect(change).toMatchObject({
      number: 1,
      title: 'Commit 2',
      headSha: commitOf(2),
      headRef: 'fix',
      state: 'open',
    });
  });

  test('as a draft is tested like any other; becoming ready changes nothing', async () => {
    const { number, events } = open(2, { isDraft: true });
    await forge.deliver(...events);
    await forge.prepare();
    await forge.deliver(...forge.github.markReady({ repository, number }));
    await forge.prepare();
    expect(await forge.runs()).toEqual(['change 2 planned: default queued']);
  });

  test('from a fork waits for a maintainer', async () => {
    const head = commitOf(1);
    forge.github.createRepository({
      fullName: 'kim/rocket',
      cloneUrl: 'https://github.example.org/kim/rocket.git',
      head,
      forkOf: repository,
    });
    await forge.deliver(...open(2, { from: 'kim/rocket' }).events);
    await forge.prepare();
    expect(await forge.runs()).toEqual(['change 2 planned: default blocked(approval)']);
  });

  test('against a branch that is not configured is listed and left alone', async () => {
    push(3, { branch: 'stable' });
    const { events } = open(2, { base: 'stable' });
    const note = 'the base stable is not a configured branch of acme/rocket';
    expect(await forge.deliver(...events)).toEqual([['not-acted-on', note]]);
    expect(await forge.runs()).toEqual([]);
  });

  test('in a repository that is not configured is listed with what to do', async () => {
    forge.github.createRepository({
      fullName: 'acme/other',
      cloneUrl: 'https://github.example.org/acme/other.git',
      head: commitOf(1),
    });
    push(2, { in: 'acme/other' });
    const { events } = forge.github.openPull({ repository: 'acme/other', title: 'x', branch: 'fix' });
    const note = 'acme/other is not configured here; add it under repositories to test it';
    expect(await forge.deliver(...events)).toEqual([['unknown-repository', note]]);
    expect(await findRepositoryByName(lab.store.read, 'acme/other')).toBe(null);
  });

  test('to a configured branch counts, whichever is the default', async () => {
    await forge.close();
    lab = await openLab();
    forge = openForgeLab(lab, { branches: ['stable'] });
    push(3, { branch: 'stable' });
    await forge.deliver(...open(2, { base: 'stable' }).events);
    await forge.deliver(...open(4, { branch: 'other' }).events);
    expect(await forge.runs()).toEqual(['change 2 preparing']);
  });
});

describe('a newer head', () => {
  test('ends the run of the older one, whether it is prepared, queued or running', async () => {
    await forge.deliver(...open(2).events);
    await forge.deliver(...push(3, { on: 2 }));
    await forge.prepare();
    expect(await forge.runs()).toEqual(['change 2 dropped', 'change 3 planned: default queued']);
    await addMachine(lab, await addHost(lab));
    await lab.schedule();
    await forge.deliver(...push(4, { on: 3 }));
    await forge.prepare();
    const [, running, queued] = await forge.runs();
    expect([running, queued]).toEqual([
      'change 3 planned: default cancelling',
      'change 4 planned: default queued',
    ]);
    await forge.deliver(...push(5, { on: 4 }));
    expect(await forge.runs()).toContain('change 4 planned: default superseded');
  });

  test('leaves a run alone that another open pull request is at', async () => {
    await forge.deliver(...open(2).events);
    push(2, { branch: 'same' });
    await forge.deliver(...forge.github.openPull({ repository, title: 'the same', branch: 'same' }).events);
    await forge.prepare();
    await forge.deliver(...push(3, { on: 2 }));
    expect(await forge.runs()).toEqual(['change 2 planned: default queued', 'change 3 preparing']);
  });

  test('whose jobs ended with another pull request that was closed is tested for the one that is opened there', async () => {
    const { number, events } = open(2);
    await forge.deliver(...events);
    await forge.prepare();
    await forge.deliver(...forge.github.closePull({ repository, number }));
    expect(await forge.runs()).toEqual(['change 2 planned: default cancelled']);
    push(2, { branch: 'same' });
    const again = forge.github.openPull({ repository, title: 'the same', branch: 'same' }).events;
    await forge.deliver(...again);
    expect(await forge.runs()).toEqual(['change 2 planned: default queued']);
    const [{ id } = expect.fail('no job is queued')] = await listQueuedJobs(lab.store.read, 1);
    await lab.store.write(tx =>
      lab.jobs.apply(tx, id, {
        type: 'cancel-requested',
        at: lab.clock.now,
        reason: 'cancelled',
        message: 'by hand',
      }),
    );
    await forge.deliver(...again);
    expect(await forge.runs()).toEqual(['change 2 planned: default cancelled']);
  });

  test('that was there before is taken up again', async () => {
    await forge.deliver(...open(2).events);
    await forge.prepare();
    await forge.deliver(...push(3, { on: 2 }));
    await forge.prepare();
    await forge.deliver(...push(2));
    expect(await forge.runs()).toEqual([
      'change 2 planned: default queued',
      'change 3 planned: default superseded',
    ]);
  });

  test('that was there before waits for its suites again, in whichever order they stand in the file', async () => {
    const file = 'version: 1\nsuites: { e2e: { steps: [b], needs: [unit] }, unit: { steps: [a] } }';
    const commit = (sha: string) => forge.github.push({ repository, branch: 'fix', commits: [{ sha }] });
    commit(forge.commit(2, { on: 1, file }));
    const title = 'Commit 2';
    await forge.deliver(...forge.github.openPull({ repository, title, branch: 'fix' }).events);
    await forge.prepare();
    await forge.deliver(...push(3, { on: 2 }));
    expect(await forge.runs()).toContain('change 2 planned: e2e superseded, unit superseded');
    await forge.prepare();
    await forge.deliver(...commit(commitOf(2)));
    expect(await forge.runs()).toContain('change 2 planned: e2e blocked(needs), unit queued');
  });

  test('that comes back while its job is still being stopped is handled when it has stopped', async () => {
    await forge.deliver(...open(2).events);
    await forge.prepare();
    await addMachine(lab, await addHost(lab));
    await lab.schedule();
    await forge.deliver(...push(3, { on: 2 }));
    const [[verdict, note]] = (await forge.deliver(...push(2)).then(list => list.slice(-1))) as [
      [unknown, string],
    ];
    expect(verdict).toBe(null);
    expect(note).toMatch('is still being cancelled; the delivery is handled again then');
    expect(await forge.runs()).toEqual(['change 2 planned: default cancelling', 'change 3 preparing']);
    lab.pass(61_000);
    await lab.reap();
    await forge.handle();
    expect(await forge.runs()).toEqual(['change 2 planned: default queued', 'change 3 dropped']);
  });
});

describe('a commit of a fork that somebody with write access pushes too', () => {
  beforeEach(async () => {
    const head = commitOf(1);
    forge.github.createRepository({
      fullName: 'kim/rocket',
      cloneUrl: 'https://github.example.org/kim/rocket.git',
      head,
      forkOf: repository,
    });
    await forge.deliver(...open(2, { from: 'kim/rocket', branch: 'offer' }).events);
  });

  test('runs without an approval', async () => {
    await forge.prepare();
    await forge.deliver(...open(2, { branch: 'taken' }).events);
    expect(await forge.runs()).toEqual(['change 2 planned: default queued']);
    await addMachine(lab, await addHost(lab));
    await lab.schedule();
    expect(await forge.runs()).toEqual(['change 2 planned: default leased']);
  });

  test('also when its run was not prepared yet', async () => {
    await forge.deliver(...open(2, { branch: 'taken' }).events);
    await forge.prepare();
    expect(await forge.runs()).toEqual(['change 2 planned: default queued']);
  });
});
