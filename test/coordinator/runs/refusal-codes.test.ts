/** Runs and jobs that are refused carry a stable code, which is counted once, and lose it when they are made anew. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { browseJob, browseRun } from '#coordinator/runs/browse.ts';
import { listJobsOfRun } from '#coordinator/store/jobs.ts';
import { limits } from '#shared/limits.ts';
import { refusedFor } from '#shared/refusals/work.ts';
import { openLab } from '../support/brain-lab.ts';
import { type ForgeLab, openForgeLab } from '../support/forge-lab.ts';

const repository = 'acme/rocket';

let lab: Awaited<ReturnType<typeof openLab>>;
let forge: ForgeLab;
beforeEach(async () => {
  lab = await openLab();
  forge = openForgeLab(lab);
});
afterEach(() => forge.close());

const ports = { peopleUrl: 'https://ci.example.org', waitReason: async () => null };

/** What the API says of the newest run: its code, and those of its jobs. */
async function codes() {
  const { id } = await forge.newestRun();
  const run = await browseRun(lab.store.read, ports, id, () => true);
  return { run: run?.refusal, jobs: run?.jobs.map(({ refusal }) => refusal) };
}

const rerun = async () => {
  const { id } = await forge.newestRun();
  await lab.store.write(tx => lab.runs.apply(tx, id, { type: 'rerun-requested', at: lab.clock.now }));
};

async function openFork(n: number) {
  const head = forge.commit(n, { on: 1 });
  forge.github.createRepository({
    ...{ fullName: 'kim/rocket', cloneUrl: 'https://github.example.org/kim/rocket.git' },
    ...{ head: forge.commit(1), forkOf: repository },
  });
  forge.github.push({ repository: 'kim/rocket', branch: 'fix', commits: [{ sha: head }], pusher: 'kim' });
  const pull = { repository, title: 'Fix', from: 'kim/rocket', branch: 'fix' };
  await forge.deliver(...forge.github.openPull(pull).events);
  await forge.prepare();
}

describe('a run', () => {
  test('whose commit is refused for good; once it is prepared, it has no code', async () => {
    await forge.land(2);
    forge.refuse(2);
    await forge.prepare();
    expect(await codes()).toEqual({ run: refusedFor('source-refused'), jobs: [] });
    forge.accept(2);
    await rerun();
    await forge.prepare();
    expect(await codes()).toEqual({ run: null, jobs: [null] });
    expect(forge.refusals).toEqual(['source-refused']);
  });

  test('whose commit cannot be had, try after try', async () => {
    forge.source.failure = 'host-unreachable';
    await forge.land(2);
    for (let tries = 1; tries <= limits.prepareTries; tries++) {
      expect(await codes()).toEqual({ run: null, jobs: [] });
      await forge.prepare();
      lab.pass(limits.retryMaxMs);
    }
    expect(await codes()).toEqual({ run: refusedFor('source-unreachable'), jobs: [] });
    expect(forge.refusals).toEqual(['source-unreachable']);
  });

  test('whose suite file is wrong, with or without a place in it', async () => {
    await forge.land(2, 'version: 1\nsuites: { default: { steps: [] } }\n');
    await forge.prepare();
    expect(await codes()).toEqual({ run: refusedFor('suite-file-refused'), jobs: [] });
    expect(forge.refusals).toEqual(['suite-file-refused']);
  });

  test('of which no job may be made', async () => {
    forge.allowed.isUnisolated = false;
    await forge.land(2);
    await forge.prepare();
    expect(await codes()).toEqual({ run: refusedFor('plan-refused'), jobs: [] });
    expect(forge.refusals).toEqual(['plan-refused']);
  });
});

describe('a job of a fork on an image that isolates nothing', () => {
  test('is refused when it is planned', async () => {
    forge.neverIsolated.add('linux');
    await openFork(2);
    expect(await codes()).toEqual({ run: null, jobs: [refusedFor('not-isolated')] });
    expect(forge.refusals).toEqual(['not-isolated']);
    const [job] = await listJobsOfRun(lab.store.read, (await forge.newestRun()).id);
    const view = job && (await browseJob(lab.store.read, ports, job.id, () => true));
    expect(view).toMatchObject({ standing: 'errored', refusal: refusedFor('not-isolated') });
  });

  test('is refused when the last host that isolated it is gone, and not before; it is counted once', async () => {
    await openFork(2);
    await forge.endUnplaceable();
    expect(await codes()).toEqual({ run: null, jobs: [null] });
    forge.neverIsolated.add('linux');
    await forge.endUnplaceable();
    await forge.endUnplaceable();
    expect(await codes()).toEqual({ run: null, jobs: [refusedFor('not-isolated')] });
    expect(forge.refusals).toEqual(['not-isolated']);
  });
});

test('a job that the base requires, and the suite file of the commit leaves out', async () => {
  const suites = (...names: string[]) =>
    `version: 1\nsuites: { ${names.map(name => `${name}: { steps: [make] }`).join(', ')} }\n`;
  forge.configures(
    ...lab.pools.map(({ image }) => ({ ...image, serves: { ...image.serves, gate: 'required' as const } })),
  );
  forge.commit(1, { file: suites('lint', 'unit') });
  const head = forge.commit(2, { on: 1, file: suites('lint') });
  forge.github.push({ repository, branch: 'fix', commits: [{ sha: head }], pusher: 'acme' });
  await forge.deliver(...forge.github.openPull({ repository, title: 'Fix', branch: 'fix' }).events);
  await forge.prepare();
  expect(await codes()).toEqual({ run: null, jobs: [null, refusedFor('suite-left-out')] });
  expect(forge.refusals).toEqual(['suite-left-out']);
});
