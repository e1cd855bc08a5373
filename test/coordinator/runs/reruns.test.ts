import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { listJobsOfRun } from '#coordinator/store/jobs.ts';
import { openLab } from '../support/brain-lab.ts';
import { type ForgeLab, openForgeLab } from '../support/forge-lab.ts';
import { failed, openGuests, passed } from '../support/guest-lab.ts';
import { built } from '../support/memory-mirror.ts';
import { addHost, addMachine, attemptOf, commitOf } from '../support/rows.ts';

let lab: Awaited<ReturnType<typeof openLab>>;
let forge: ForgeLab;
beforeEach(async () => {
  lab = await openLab();
  forge = openForgeLab(lab, { isTested: name => name === 'acme/rocket' });
});
afterEach(() => forge.close());

const repository = 'acme/rocket';
const land = async (file: string) => {
  await forge.land(2, file);
  await forge.prepare();
};
/** The job of that suite gets a machine and ends. */
async function finish(suite: string, end = passed): Promise<void> {
  await addMachine(lab, await addHost(lab, `host-${lab.clock.now++}`));
  await lab.schedule();
  const job = (await listJobsOfRun(lab.store.read, (await forge.newestRun()).id)).find(
    each => each.suite === suite,
  );
  if (job) await openGuests(lab).finish(await attemptOf(lab, job.id), end);
}
const rerunOnGithub = (name: string) =>
  forge.deliver(...forge.github.requestRerun({ repository, branch: 'main', name }));
const rerun = async () => {
  const { id } = await forge.newestRun();
  await lab.store.write(tx => lab.runs.apply(tx, id, { type: 'rerun-requested', at: lab.clock.now }));
};

test('a suite waits again for what it needs, also where that stands behind it in the file', async () => {
  await land('version: 1\nsuites: { e2e: { steps: [b], needs: [unit] }, unit: { steps: [a] } }');
  expect(await forge.runs()).toEqual(['landed 2 planned: e2e blocked(needs), unit queued']);
  await finish('unit');
  await finish('e2e');
  await rerun();
  expect(await forge.runs()).toEqual(['landed 2 planned: e2e blocked(needs), unit queued']);
  await finish('unit', failed);
  expect(await forge.runs()).toEqual(['landed 2 planned: e2e skipped, unit failed']);
});

describe('a re-run of a status on GitHub', () => {
  const two = 'version: 1\nsuites: { unit: { steps: [a] }, e2e: { steps: [b] } }';

  test('runs the job of that name again', async () => {
    await land(two);
    await finish('unit', failed);
    await finish('e2e', failed);
    expect(await rerunOnGithub('paddock/linux/e2e')).toEqual([['acted-on', 'runs again at 0000000']]);
    expect(await forge.runs()).toEqual(['landed 2 planned: unit failed, e2e queued']);
  });

  test('does nothing for the commit of a fork that waited for an approval, and is the head no more', async () => {
    const { github } = forge;
    const cloneUrl = 'https://github.example.org/kim/rocket.git';
    github.createRepository({ fullName: 'kim/rocket', cloneUrl, head: commitOf(1), forkOf: repository });
    const push = (n: number) =>
      github.push({
        repository: 'kim/rocket',
        branch: 'fix',
        commits: [{ sha: forge.commit(n, { on: 1 }) }],
      });
    push(2);
    const pull = { repository, title: 'Theirs', branch: 'fix', base: 'main', from: 'kim/rocket' };
    await forge.deliver(...github.openPull(pull).events);
    await forge.prepare();
    await forge.deliver(...push(3));
    const refused = '0000000 was never approved, and cannot be any more: pull request #1 is at 0000000 now';
    const events = github.requestSuiteRerun({ repository, branch: 'main' });
    for (const { payload } of events)
      Object.assign(payload.check_suite as object, { head_sha: commitOf(2), head_branch: null });
    expect(await forge.deliver(...events)).toEqual([['not-acted-on', refused]]);
    expect((await forge.runs())[0]).toBe('change 2 planned: default superseded');
  });

  test('under any other name runs what did not pass', async () => {
    await land(two);
    await finish('unit', passed);
    await finish('e2e', failed);
    await rerunOnGithub('paddock');
    expect(await forge.runs()).toEqual(['landed 2 planned: unit passed, e2e queued']);
  });

  test('prepares a run again that was refused', async () => {
    await land('version: 2');
    expect(await forge.runs()).toEqual(['landed 2 refused']);
    await rerunOnGithub('paddock');
    expect(await forge.runs()).toEqual(['landed 2 preparing']);
  });

  test('says when there is nothing to run again', async () => {
    await land(two);
    const nothing = [['not-acted-on', 'nothing to run again at 0000000']];
    expect(await rerunOnGithub('paddock/linux/unit')).toEqual(nothing);
    forge.github.push({ repository, branch: 'topic', commits: [{ sha: forge.commit(7) }] });
    const elsewhere = forge.github.requestRerun({ repository, branch: 'topic', name: 'paddock' });
    expect(await forge.deliver(...elsewhere)).toEqual(nothing);
  });

  test('in a repository that is not configured is refused', async () => {
    forge.github.createRepository({
      fullName: 'acme/other',
      cloneUrl: 'https://github.example.org/acme/other.git',
      head: forge.commit(1),
    });
    const asked = forge.github.requestRerun({ repository: 'acme/other', branch: 'main', name: 'paddock' });
    expect((await forge.deliver(...asked)).map(([verdict]) => verdict)).toEqual(['unknown-repository']);
  });
});

describe('a re-run of a whole run', () => {
  beforeEach(() => land(built));

  test('repeats every suite when everything has passed, and builds nothing twice', async () => {
    await finish('default');
    await finish('build');
    await rerun();
    expect(await forge.runs()).toEqual(['landed 2 planned: default queued, build passed']);
    await finish('default');
    expect(await forge.runs()).toEqual(['landed 2 planned: default passed, build passed']);
  });

  test('repeats what was built on merge when only that failed', async () => {
    await finish('default');
    await finish('build', failed);
    await rerun();
    expect(await forge.runs()).toEqual(['landed 2 planned: default passed, build queued']);
  });

  test('lets what is built on merge wait for its suite again', async () => {
    await finish('default', failed);
    expect(await forge.runs()).toEqual(['landed 2 planned: default failed, build skipped']);
    await rerun();
    expect(await forge.runs()).toEqual(['landed 2 planned: default queued, build blocked(needs)']);
    await finish('default');
    expect(await forge.runs()).toEqual(['landed 2 planned: default passed, build queued']);
  });

  test('takes up all of a run that was cancelled', async () => {
    const { id } = await forge.newestRun();
    const cancel = {
      type: 'cancel-requested',
      at: lab.clock.now,
      reason: 'cancelled',
      message: 'by hand',
    } as const;
    await lab.store.write(tx => lab.runs.apply(tx, id, cancel));
    expect(await forge.runs()).toEqual(['landed 2 planned: default cancelled, build cancelled']);
    await rerun();
    await finish('default');
    expect(await forge.runs()).toEqual(['landed 2 planned: default passed, build queued']);
  });

  test('does nothing to a run whose jobs are under way', async () => {
    await rerun();
    expect(await forge.runs()).toEqual(['landed 2 planned: default queued, build blocked(needs)']);
  });
});
