import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { NewJob } from '#coordinator/store/jobs.ts';
import { limits } from '#shared/limits.ts';
import { runSpec } from '#shared/messages.ts';
import { imageOf, type Lab, openLab, us } from '../support/brain-lab.ts';
import { openGuests } from '../support/guest-lab.ts';
import { addHost, addJob, addMachine, addRun, commitOf, leaseJob, stepOf } from '../support/rows.ts';

let lab: Lab;
beforeEach(async () => {
  lab = await openLab();
});
afterEach(() => lab.close());

/** What the machine that has the job is told. */
async function specOf(facts: Parameters<typeof addJob>[1], image = imageOf('linux')) {
  const { machine } = await leaseJob(lab, facts, image);
  const told = await openGuests(lab).desiredFor(machine.id);
  if (told.want !== 'run') throw new Error(`the machine is told to ${told.want}`);
  return told.spec;
}

const definition = (facts: Partial<NewJob['definition']> = {}): NewJob['definition'] => ({
  steps: [stepOf('npm test')],
  source: 'commit',
  env: {},
  deadlineMs: 600_000,
  artifacts: [],
  needs: [],
  gate: 'advisory',
  ...facts,
});

test('a machine is told everything of its attempt, from rows alone', async () => {
  const run = await addRun(lab, { commit: commitOf(0xabc), ref: 'fix' });
  const job = { run, suite: 'unit', definition: definition({ env: { LANG: 'C' } }) };
  const spec = await specOf(job);
  expect(runSpec.parse(spec)).toEqual(spec);
  expect(spec).toMatchObject({
    kind: 'repeatable',
    suite: 'unit',
    shell: ['/bin/sh', '-e'],
    steps: [stepOf('npm test')],
    deadlineMs: 600_000,
    logLimitBytes: limits.logBytes,
    logOwner: us,
  });
  expect(spec.source).toMatchObject({
    url: `http://127.0.0.1:7071/source/${spec.attempt}`,
    commit: commitOf(0xabc),
    ref: 'fix',
  });
  expect(spec.env).toEqual({
    CI: 'true',
    PADDOCK: 'true',
    PADDOCK_REPOSITORY: 'acme/rocket',
    PADDOCK_COMMIT: commitOf(0xabc),
    PADDOCK_REF: 'fix',
    PADDOCK_RUN: run.id,
    PADDOCK_RUN_NUMBER: '1',
    PADDOCK_JOB: spec.job,
    PADDOCK_JOB_URL: `https://ci.example.org/jobs/${spec.job}`,
    PADDOCK_ATTEMPT: '1',
    PADDOCK_SUITE: 'unit',
    PADDOCK_IMAGE: 'linux',
    PADDOCK_OS: 'linux',
    PADDOCK_ARCH: 'x86_64',
    LANG: 'C',
  });
});

describe('trust', () => {
  test('brings the secrets of the repository, and git', async () => {
    const spec = await specOf({});
    expect(spec.secrets).toEqual({ TOKEN: 'a-secret' });
    expect(spec.source).toMatchObject({ prefer: 'git' });
  });

  test('that nobody gave brings neither', async () => {
    const image = imageOf('linux', { driver: 'libvirt' });
    const cellar = await addHost(lab, 'cellar', { driver: 'libvirt', isolation: 'vm' });
    const machine = await addMachine(lab, cellar, { image });
    await addJob(lab, { isTrusted: false });
    await lab.schedule();
    const told = await openGuests(lab).desiredFor(machine.id);
    expect(told).toMatchObject({ want: 'run', spec: { secrets: {}, source: { prefer: 'archive' } } });
  });

  test('counts for nothing where the image takes archives only', async () => {
    const image = imageOf('linux');
    const spec = await specOf({}, { ...image, agent: { ...image.agent, source: 'archive' } });
    expect(spec.source).toMatchObject({ prefer: 'archive' });
  });
});

test('a job that needs no file of its commit is given no way to one', async () => {
  const spec = await specOf({ definition: definition({ source: 'none' }) });
  expect(spec.source).toEqual({ type: 'none' });
});

test('tokens end after the attempt can have ended, and are for uploads only where there are some', async () => {
  const end = lab.clock.now + 600_000 + limits.uploadDeadlineMs + limits.tokenSlackMs;
  const plain = await specOf({ definition: definition() });
  expect(plain.source).toMatchObject({ token: `source ${plain.attempt} until ${end}` });
  expect(plain.artifacts).toMatchObject({ patterns: [], token: '' });
  const build = await specOf({ suite: 'build', definition: definition({ artifacts: ['dist/*'] }) });
  expect(build.artifacts).toEqual({
    patterns: ['dist/*'],
    url: `http://127.0.0.1:7071/uploads/${build.attempt}`,
    token: `uploads ${build.attempt} until ${end}`,
  });
});
