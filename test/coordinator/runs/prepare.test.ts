import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findChangeById } from '#coordinator/store/changes.ts';
import { findRun, listRuns } from '#coordinator/store/runs.ts';
import { limits } from '#shared/limits.ts';
import { until } from '#test/support/until.ts';
import { imageOf, openLab, poolOf } from '../support/brain-lab.ts';
import { type ForgeLab, openForgeLab } from '../support/forge-lab.ts';
import { oneSuite } from '../support/memory-mirror.ts';
import { addHost, addMachine, addRepository, addRun } from '../support/rows.ts';

let lab: Awaited<ReturnType<typeof openLab>>;
let forge: ForgeLab;
beforeEach(async () => {
  lab = await openLab();
  forge = openForgeLab(lab);
});
afterEach(() => forge.close());

const repository = 'acme/rocket';

describe('a commit that can be had', () => {
  test('gets a job per suite and image, each with its status', async () => {
    await forge.close();
    lab = await openLab({ pools: [poolOf(imageOf('linux')), poolOf(imageOf('netbsd'))] });
    forge = openForgeLab(lab);
    await forge.land(
      2,
      'version: 1\nsuites: { default: { steps: [a] }, e2e: { steps: [b], images: [netbsd] } }',
    );
    await forge.prepare();
    expect(await forge.runs()).toEqual(['landed 2 planned: default queued, default queued, e2e queued']);
    const waits = (image: string, ahead: string) =>
      `pending: queued: no host for ${image} is connected${ahead}`;
    expect(await forge.statuses()).toEqual([
      `paddock/linux ${waits('linux', '')}`,
      `paddock/netbsd ${waits('netbsd', '')}`,
      `paddock/netbsd/e2e ${waits('netbsd', '')}`,
    ]);
    expect(lab.wakes).toContainEqual({ type: 'fleet' });
  });

  test('gets its machine in the same transaction, where one is ready', async () => {
    const machine = await addMachine(lab, await addHost(lab));
    await forge.land(2);
    await forge.prepare();
    expect(await forge.runs()).toEqual(['landed 2 planned: default leased']);
    expect(lab.wakes).toContainEqual(expect.objectContaining({ type: 'push-machine', machine: machine.id }));
  });

  test('is prepared once, also when it is prepared again half-way through', async () => {
    await forge.land(2);
    await Promise.all([forge.prepare(), forge.prepare()]);
    expect(await forge.runs()).toEqual(['landed 2 planned: default queued']);
  });

  test('names an image that nobody has configured: a visible warning', async () => {
    await forge.land(2, 'version: 1\nsuites: { default: { steps: [a], images: [linux, plan9] } }');
    await forge.prepare();
    const warnings = ['suite default names the image plan9, which is not configured here'];
    expect(await forge.newestRun()).toMatchObject({ state: { status: 'planned' }, warnings });
  });
});

describe('a suite file', () => {
  test('that is wrong refuses the run, with its position and an error on the commit', async () => {
    await forge.land(2, `version: 1\nsuites:\n  default:\n    steps: []\n`);
    await forge.prepare();
    const { state } = await forge.newestRun();
    expect(state).toMatchObject({
      status: 'refused',
      position: { file: '.paddock.yml', line: 4, column: 12 },
    });
    expect(state).toMatchObject({ message: expect.stringContaining('.paddock.yml:4:12') });
    expect(await forge.statuses()).toEqual([expect.stringMatching(/^paddock error: \.paddock\.yml:4:12 /)]);
  });

  test('that is absent is no mistake: the run is empty, and GitHub hears nothing', async () => {
    await forge.land(2, null);
    await forge.prepare();
    const message = 'no .paddock.yml at 0000000 and no suite registered for acme/rocket';
    expect((await forge.newestRun()).state).toMatchObject({ status: 'empty', message });
    expect(await forge.statuses()).toEqual([]);
  });

  test('that is absent is replaced by the one registered here', async () => {
    forge.registers(repository, { version: 1, suites: { registered: { steps: ['make'] } } });
    await forge.land(2, null);
    await forge.land(3, oneSuite);
    await forge.prepare();
    expect(await forge.runs()).toEqual([
      'landed 2 planned: registered queued',
      'landed 3 planned: default queued',
    ]);
  });

  test('that asks for no image that is here tests nothing, and says so', async () => {
    await forge.land(2, 'version: 1\nsuites: { default: { steps: [a], images: [plan9] } }');
    await forge.prepare();
    expect((await forge.newestRun()).state).toMatchObject({
      status: 'empty',
      message:
        'no configured image serves a suite of acme/rocket; suite default names the image plan9, which is not configured here',
    });
  });
});

describe('the title of a run', () => {
  const titles = async () =>
    (await listRuns(lab.store.read, { max: 9, before: null, repository: null, sight: null })).map(
      ({ title, state }) => `${state.status}: ${title}`,
    );
  const landAs = (n: number, title: string, file: string | null = oneSuite) => {
    const commit = { sha: forge.commit(n, { on: 1, file, title }), message: 'Pushed' };
    return forge.deliver(...forge.github.push({ repository, branch: 'main', commits: [commit] }));
  };

  test('is that of its commit, whatever becomes of it', async () => {
    await landAs(2, 'Good');
    await landAs(3, 'Bad', 'version: 2');
    await landAs(4, 'Nothing', null);
    expect(await titles()).toEqual(['preparing: Pushed', 'preparing: Pushed', 'preparing: Pushed']);
    await forge.prepare();
    expect(await titles()).toEqual(['empty: Nothing', 'refused: Bad', 'planned: Good']);
  });

  test('stays the one that is known where the commit has no message', async () => {
    await landAs(2, '');
    await forge.prepare();
    expect(await titles()).toEqual(['planned: Pushed']);
  });

  test('of a pull request is that of its head, and the pull request keeps its own', async () => {
    const sha = forge.commit(2, { on: 1, title: 'Read the size as 64 bits' });
    forge.github.push({ repository, branch: 'fix', commits: [{ sha }] });
    await forge.deliver(
      ...forge.github.openPull({ repository, title: 'Large\u202e files', branch: 'fix' }).events,
    );
    expect(await titles()).toEqual(['preparing: Large files']);
    await forge.prepare();
    expect(await titles()).toEqual(['planned: Read the size as 64 bits']);
    const { changeId } = await forge.newestRun();
    expect(changeId && (await findChangeById(lab.store.read, changeId))).toMatchObject({
      title: 'Large files',
    });
  });

  test('that cannot be read now is read later', async () => {
    await landAs(2, 'Good');
    forge.source.titleFailure = 'git-failed';
    await forge.prepare();
    expect((await forge.newestRun()).state).toMatchObject({ status: 'preparing', tries: 1 });
    forge.source.titleFailure = null;
    lab.clock.now += limits.retryMaxMs;
    await forge.prepare();
    expect(await titles()).toEqual(['planned: Good']);
  });
});

test('a repository that may not run unisolated is refused images that isolate nothing', async () => {
  forge.allowed.isUnisolated = false;
  await forge.land(2);
  await forge.prepare();
  const message = 'linux isolates nothing; an admin must list acme/rocket under `allow-unisolated`';
  expect((await forge.newestRun()).state).toMatchObject({ status: 'refused', message });
  expect(await forge.statuses()).toEqual([`paddock error: ${message}`]);
});

test('a run by hand needs no leave, runs its one command, and is nobody’s business on GitHub', async () => {
  forge.allowed.isUnisolated = false;
  const local = await addRepository(lab, 'rocket', { forge: 'none', cloneUrl: '/home/kim/rocket' });
  const run = await addRun(lab, {
    repositoryId: local.id,
    purpose: 'manual',
    commit: forge.commit(2, { file: 'version: 2' }),
    request: { command: 'make check', images: null, landed: false },
    state: { status: 'preparing', tries: 0, nextAt: lab.clock.now, message: null },
  });
  await forge.prepare();
  expect(await findRun(lab.store.read, run.id)).toMatchObject({ state: { status: 'planned' } });
  expect(await forge.runs()).toEqual(['manual 2 planned: default queued']);
  expect(await forge.statuses()).toEqual([]);
});

test('a run that was superseded while its commit was fetched gets no jobs', async () => {
  forge.stall(2);
  await forge.land(2);
  forge.wakePreparation();
  await until('the commit is asked for', () => forge.source.asked > 0);
  const { id } = await forge.newestRun();
  const drop = {
    type: 'cancel-requested',
    at: lab.clock.now,
    reason: 'superseded',
    message: 'newer',
  } as const;
  await lab.store.write(tx => lab.runs.apply(tx, id, drop));
  forge.letGo(2);
  await forge.prepare();
  expect(await forge.runs()).toEqual(['landed 2 dropped']);
  expect(await forge.statuses()).toEqual([]);
});

test('a bug in one preparation is reported, and the run is tried again', async () => {
  await forge.land(2);
  forge.breakOnce(2, 'undefined is not a function');
  forge.wakePreparation();
  await until(
    'the run has its jobs',
    async () => (await forge.runs())[0] === 'landed 2 planned: default queued',
  );
  const { id } = await forge.newestRun();
  expect(forge.errors).toEqual([`run ${id} could not be prepared; trying again`]);
});

test('nothing is prepared once another coordinator is the brain', async () => {
  await forge.land(2);
  await lab.loseRole();
  forge.wakePreparation();
  await until('the refusal is reported', () => forge.errors.length > 0);
  expect(await forge.runs()).toEqual(['landed 2 preparing']);
});
