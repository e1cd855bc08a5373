import { describe, expect, test } from 'vitest';
import { planRun } from '#coordinator/runs/plan-run.ts';
import type { PlannedJob } from '#coordinator/runs/planned-job.ts';
import type { RunFacts } from '#coordinator/runs/run-facts.ts';
import type { ImageManifest } from '#shared/image-manifest.ts';
import { limits } from '#shared/limits.ts';
import { type SuiteFileInput, suiteFile } from '#shared/suite-file.ts';
import { imageOf } from '../support/brain-lab.ts';

const facts: RunFacts = {
  fullName: 'acme/rocket',
  purpose: 'change',
  isTrusted: true,
  runsAtOnce: true,
  neverIsolated: new Set(),
  images: null,
  landed: false,
  mayRunUnisolated: true,
  unisolated: new Set(['linux', 'netbsd']),
};
const landed = { purpose: 'landed', landed: true } as const;
const images = [imageOf('linux'), imageOf('netbsd')];

const planOf = (
  file: Omit<SuiteFileInput, 'version'>,
  differences: Partial<RunFacts> = {},
  of: readonly ImageManifest[] = images,
) => planRun(suiteFile.parse({ version: 1, ...file }), of, { ...facts, ...differences }, 1_000);

function jobsOf(...args: Parameters<typeof planOf>): PlannedJob[] {
  const plan = planOf(...args);
  if (!('jobs' in plan)) throw new Error(`no jobs: ${JSON.stringify(plan)}`);
  return plan.jobs;
}
const names = (...args: Parameters<typeof planOf>) =>
  jobsOf(...args).map(({ suite, image }) => `${suite} on ${image}`);
const warningsOf = (...args: Parameters<typeof planOf>) => {
  const plan = planOf(...args);
  return 'warnings' in plan ? plan.warnings : [];
};

const two = { suites: { unit: { steps: ['a'] }, e2e: { steps: ['b'], images: ['netbsd'] } } };
const withBuild = (build: object = {}) => ({
  ...two,
  'on-merge': { build: { steps: ['make dist'], ...build } },
});

describe('which jobs', () => {
  const serving = (name: string, serves: object) => ({
    ...imageOf(name),
    serves: { ...imageOf(name).serves, ...serves },
  });

  test('a suite has one per image that serves it, or per image it names', () => {
    expect(names(two)).toEqual(['unit on linux', 'unit on netbsd', 'e2e on netbsd']);
  });

  test('a merge waits for the suites on an image that is required, and for nothing that is made of it', () => {
    const of = [serving('linux', { gate: 'required' }), serving('netbsd', {})];
    const gates = jobsOf(withBuild(), landed, of).map(
      ({ suite, image, definition }) => `${suite} on ${image}: ${definition.gate}`,
    );
    expect(gates).toEqual([
      'unit on linux: required',
      'unit on netbsd: advisory',
      'e2e on netbsd: advisory',
      'build on linux: advisory',
      'build on netbsd: advisory',
    ]);
  });

  test('an image chooses which repositories and suites it serves', () => {
    const of = [
      serving('linux', { repositories: ['acme/*'] }),
      serving('netbsd', { suites: ['unit'] }),
      serving('plan9', { repositories: ['other/*'] }),
    ];
    expect(names({ suites: { unit: { steps: ['a'] }, lint: { steps: ['b'] } } }, {}, of)).toEqual([
      'unit on linux',
      'unit on netbsd',
      'lint on linux',
    ]);
  });

  test('somebody may ask for some images only', () => {
    expect(names(two, { images: ['netbsd'] })).toEqual(['unit on netbsd', 'e2e on netbsd']);
    const unknown = ['the request names the image plan9, which is not configured here'];
    expect(warningsOf(two, { images: ['linux', 'plan9'] })).toEqual(unknown);
  });

  test('more than a run may have are refused', () => {
    const many = Array.from({ length: limits.jobsPerRun / 2 + 1 }, (_, n) => imageOf(`image-${n}`));
    expect(planOf({ suites: { a: { steps: ['a'] }, b: { steps: ['b'] } } }, {}, many)).toEqual({
      refusal: `${limits.jobsPerRun + 2} jobs, more than the ${limits.jobsPerRun} a run may have`,
    });
  });
});

describe('what counts from where', () => {
  test.each<[string, Partial<RunFacts>, string[]]>([
    ['the head of a pull request', {}, ['unit on linux', 'unit on netbsd', 'e2e on netbsd']],
    [
      'a commit that has landed',
      landed,
      ['unit on linux', 'unit on netbsd', 'e2e on netbsd', 'build on netbsd'],
    ],
    [
      'an earlier commit of a push',
      { ...landed, landed: false },
      ['unit on linux', 'unit on netbsd', 'e2e on netbsd'],
    ],
    ['a run by hand', { purpose: 'manual' }, ['unit on linux', 'unit on netbsd', 'e2e on netbsd']],
  ])('%s', (_, differences, expected) => {
    expect(names(withBuild({ needs: ['unit', 'e2e'] }), differences)).toEqual(expected);
  });

  test('what is built on merge waits for its suites on the same image, all of them unless it names some', () => {
    const build = (job: object) => jobsOf(withBuild(job), landed).filter(({ stage }) => stage === 'on-merge');
    expect(build({}).map(({ image, definition }) => [image, definition.needs])).toEqual([
      ['linux', ['unit']],
      ['netbsd', ['unit', 'e2e']],
    ]);
    expect(build({ needs: ['unit'], images: ['linux'] }).map(({ image }) => image)).toEqual(['linux']);
    expect(build({ kind: 'once' })[0]?.state).toEqual({
      status: 'blocked',
      on: 'needs',
      kind: 'once',
      lastAttempt: 0,
      retries: 0,
    });
  });

  test.each([
    ['manual', 1],
    ['change', 2],
    ['landed', 3],
  ] as const)('a %s run has the class %i', (purpose, order) => {
    expect(new Set(jobsOf(two, { purpose }).map(job => job.class))).toEqual(new Set([order]));
  });

  test('a trusted job is queued at once, any other waits for a maintainer', () => {
    const fresh = { kind: 'repeatable', lastAttempt: 0, retries: 0 };
    const [trusted] = jobsOf(two);
    expect(trusted).toMatchObject({
      isTrusted: true,
      state: { status: 'queued', queuedAt: 1_000, avoid: null, ...fresh },
    });
    const [stranger] = jobsOf(two, { isTrusted: false, runsAtOnce: false });
    expect(stranger).toMatchObject({
      isTrusted: false,
      state: { status: 'blocked', on: 'approval', ...fresh },
    });
  });
});

describe('a suite that needs others', () => {
  const needing = (e2e: object = {}, unit: object = {}) => ({
    suites: {
      e2e: { steps: ['b'], needs: ['unit'], ...e2e },
      unit: { steps: ['a'], ...unit },
      smoke: { ...e2e, steps: ['c'], needs: ['e2e'] },
    },
  });
  const only = (name: string) => ({ images: [name] });

  test('waits for them, in the order of the file', () => {
    const jobs = jobsOf(needing(only('linux')));
    expect(jobs.map(({ suite, image, state }) => [suite, image, state.status])).toEqual([
      ['e2e', 'linux', 'blocked'],
      ['unit', 'linux', 'queued'],
      ['unit', 'netbsd', 'queued'],
      ['smoke', 'linux', 'blocked'],
    ]);
    expect(jobs[0]).toMatchObject({ state: { on: 'needs' }, definition: { needs: ['unit'] }, position: 0 });
  });

  test('waits for approval first where nobody trusts it', () => {
    const [e2e] = jobsOf(needing(), { isTrusted: false, runsAtOnce: false });
    expect(e2e?.state).toMatchObject({ status: 'blocked', on: 'approval' });
  });

  test('is left out where one of them is not tested, with all that needs it, and that is said', () => {
    const file = needing({}, only('linux'));
    expect(names(file)).toEqual(['e2e on linux', 'unit on linux', 'smoke on linux']);
    expect(warningsOf(file)).toEqual([
      'netbsd does not run e2e, smoke: unit has to pass first, and does not run there',
    ]);
  });

  test('that would run nowhere is said to', () => {
    expect(warningsOf(needing(only('netbsd'), only('linux')))).toContain(
      'suite e2e runs on no image: every suite it needs has to run on the same one',
    );
  });

  test('is no longer ground for what is built on merge where it is left out', () => {
    const file = { ...needing({}, only('linux')), 'on-merge': { build: { steps: ['c'], needs: ['e2e'] } } };
    expect(jobsOf(file, landed).flatMap(job => (job.suite === 'build' ? [job.image] : []))).toEqual([
      'linux',
    ]);
  });
});

describe('how a job is done', () => {
  const definitionOf = (suite: SuiteFileInput['suites'][string]) =>
    jobsOf({ suites: { default: suite } })[0]?.definition;

  test('a step has the usual limits, and is called by its first line', () => {
    expect(definitionOf({ steps: ['npm ci\nnpm test'] })).toEqual({
      steps: [
        {
          name: 'npm ci',
          run: 'npm ci\nnpm test',
          timeoutMs: limits.stepTimeoutMs,
          idleTimeoutMs: limits.stepIdleTimeoutMs,
          env: {},
          directory: '.',
        },
      ],
      source: 'commit',
      env: {},
      deadlineMs: limits.jobDeadlineMs,
      artifacts: [],
      needs: [],
      gate: 'advisory',
    });
  });

  test('a step and a suite may say all of it themselves', () => {
    const step = {
      name: 'test',
      run: 'make',
      timeout: '5m',
      'idle-timeout': '30s',
      env: { A: 1 },
      directory: 'sub',
    };
    expect(definitionOf({ steps: [step], timeout: '10m', env: { B: true } })).toMatchObject({
      steps: [
        {
          name: 'test',
          run: 'make',
          timeoutMs: 300_000,
          idleTimeoutMs: 30_000,
          env: { A: '1' },
          directory: 'sub',
        },
      ],
      env: { B: 'true' },
      deadlineMs: 600_000,
    });
  });
});

describe('what is not done is said', () => {
  test('an image that nobody has configured, by who names it', () => {
    const file = { ...two, 'on-merge': { build: { steps: ['c'], images: ['linux', 'plan9'] } } };
    expect(
      warningsOf(
        { ...file, suites: { ...two.suites, unit: { steps: ['a'], images: ['linux', 'beos'] } } },
        landed,
      ),
    ).toEqual([
      'suite unit names the image beos, which is not configured here',
      'on-merge build names the image plan9, which is not configured here',
    ]);
  });

  test('a suite that runs nowhere while others do', () => {
    const file = { suites: { unit: { steps: ['a'] }, e2e: { steps: ['b'], images: ['plan9'] } } };
    expect(warningsOf(file)).toEqual([
      'suite e2e names the image plan9, which is not configured here',
      'suite e2e runs on no image: none that it names is configured and serves it',
    ]);
    expect(warningsOf(two, { images: ['linux'] })).toEqual([]);
  });

  test('something built on merge that runs nowhere, where it matters', () => {
    const apart = withBuild({ needs: ['e2e'], images: ['linux'] });
    expect(warningsOf(apart, landed)).toEqual([
      'on-merge build runs on no image: every suite it needs has to run on the same one',
    ]);
    expect(warningsOf(apart)).toEqual([]);
  });

  test('no image serves the repository at all', () => {
    const empty = { empty: 'no configured image serves a suite of acme/rocket' };
    expect(planOf({ suites: { unit: { steps: ['a'] } } }, {}, [])).toEqual(empty);
  });
});

describe('images that isolate nothing', () => {
  const vm = imageOf('vm', { driver: 'libvirt' });
  const unit = { suites: { unit: { steps: ['a'] } } };

  test('are no word worth where they serve another repository, as one on probation does', () => {
    const other = { ...imageOf('linux'), serves: { ...vm.serves, repositories: ['conformance'] } };
    expect(planOf(unit, { mayRunUnisolated: false }, [other, vm])).toMatchObject({
      jobs: [{ image: 'vm' }],
      warnings: [],
    });
  });

  test('are known by what hosts declare, not by the name of their driver', () => {
    const cloud = imageOf('cloud', { driver: 'command' });
    const facts = { mayRunUnisolated: false, unisolated: new Set(['cloud']) };
    expect(planOf(unit, facts, [cloud, vm])).toMatchObject({ jobs: [{ image: 'vm' }] });
    expect(names(unit, { ...facts, unisolated: new Set() }, [cloud, vm])).toEqual([
      'unit on cloud',
      'unit on vm',
    ]);
  });

  test('are left out for a repository that may not use them, and that is said', () => {
    const plan = planOf(unit, { mayRunUnisolated: false }, [imageOf('linux'), vm]);
    expect(plan).toMatchObject({
      jobs: [{ image: 'vm' }],
      warnings: [
        'linux was left out: it isolates nothing and `allow-unisolated` does not name this repository',
      ],
    });
  });

  test('alone are no reason to call the run empty: an admin can do something', () => {
    expect(planOf(unit, { mayRunUnisolated: false }, images)).toEqual({
      refusal: 'linux, netbsd isolate nothing; an admin must list acme/rocket under `allow-unisolated`',
    });
  });
});
