/** The conformance suite's verdict: what was seen in, checks out. */
import { describe, expect, test } from 'vitest';
import type { Evidence } from '#coordinator/images/evidence.ts';
import { judge } from '#coordinator/images/judge.ts';
import { type CheckName, checkName } from '#shared/image-api.ts';
import { limits } from '#shared/limits.ts';
import { at, evidenceOf, exited, jobOf, jobs, machineOf, manifest, marksOf, stillborn } from './evidence.ts';

function reportOn(facts: Partial<Evidence>) {
  const verdict = judge(evidenceOf(facts));
  if (verdict.type === 'pending') throw new Error('the suite is not over');
  return verdict;
}

const checkIn = (facts: Partial<Evidence>, name: CheckName) => {
  const { isOk, checks } = reportOn(facts);
  return { isOk, ...checks.find(check => check.name === name) };
};

const withJob = (job: (typeof jobs)['machine']): Partial<Evidence> => ({
  jobs: Object.values({ ...jobs, [job.suite]: job }),
});

test('what does everything right passes every check, in the order of a life', () => {
  const { isOk, checks, machine } = reportOn({});
  expect(checks.map(({ name }) => name)).toEqual(checkName.options);
  expect(checks.map(({ result }) => result)).toEqual(checks.map(() => 'passed'));
  expect([isOk, machine]).toEqual([true, null]);
});

describe('it is not over', () => {
  test.each<[string, Partial<Evidence>]>([
    ['before its run is prepared', { jobs: [], machines: [] }],
    ['while a job runs', withJob({ ...jobs.machine, outcome: null })],
    ['while a machine of it is there', { machines: [machineOf('m', { gone: null })] }],
    ['after one start that failed', { jobs: waiting(), machines: [stillborn('m', 'no agent')] }],
  ])('%s', (_, facts) => expect(judge(evidenceOf(facts))).toEqual({ type: 'pending' }));
});

function waiting() {
  return Object.values(jobs).map(job => ({ ...job, outcome: null, attempt: null }));
}

describe('a version that never reports in', () => {
  const machines = [stillborn('m1', 'the kernel finds no root'), stillborn('m2', 'no agent was started')];

  test('is refused after two starts, with what its last console says', () => {
    const report = reportOn({ jobs: waiting(), machines, said: null });
    expect(report).toMatchObject({ isOk: false, machine: 'm2' });
    expect(report.checks[0]).toMatchObject({
      name: 'boots',
      result: 'failed',
      detail: '2 machines of it never reported in: no agent was started',
    });
    expect(new Set(report.checks.slice(1).map(({ result }) => result))).toEqual(new Set(['skipped']));
  });

  test('is refused with what an earlier console says where the last one has not come yet', () => {
    const last = stillborn('m3', 'the virtual machine has ended', false);
    const report = reportOn({ jobs: waiting(), machines: [...machines, last], said: null });
    expect(report.machine).toBe('m2');
    expect(report.checks[0]?.detail).toBe('3 machines of it never reported in: no agent was started');
  });

  test('is not refused for machines that went with their host', () => {
    const gone = {
      ...{ at: 9_000, reason: 'its host has not reported for 30 s' },
      ...{ hasFailedToStart: false, isDiagnosed: false },
    };
    const lost = ['m1', 'm2', 'm3'].map(id => machineOf(id, { reportedInAt: null, gone }));
    expect(judge(evidenceOf({ jobs: waiting(), machines: lost }))).toEqual({ type: 'pending' });
  });

  test('is not refused as long as another start of it did', () => {
    const facts = { jobs: waiting(), machines: [...machines, machineOf('m3', { gone: null })] };
    expect(judge(evidenceOf(facts))).toEqual({ type: 'pending' });
  });

  test('is refused when its time is over, with what it waits for', () => {
    const facts = { jobs: waiting(), machines: [], said: null, ageMs: limits.probationMs + 1 };
    expect(checkIn({ ...facts, waits: 'no host that offers libvirt is connected' }, 'boots')).toMatchObject({
      isOk: false,
      detail: 'no machine of it came up within 3600.0 s: no host that offers libvirt is connected',
    });
  });

  test('whose run cannot be had says why', () =>
    expect(checkIn({ jobs: [], machines: [], runRefusal: 'git is missing' }, 'boots')).toMatchObject({
      result: 'failed',
      detail: 'git is missing',
    }));
});

const failing: [CheckName, string, Partial<Evidence>, RegExp][] = [
  [
    'agent',
    'of another architecture',
    { manifest: { ...manifest, arch: 'aarch64' } },
    /the manifest says aarch64/,
  ],
  [
    'clock',
    'an hour ahead',
    said({ clock: { shown: at + 3_600_000, arrivedAt: at } }),
    /^3600\.0 s ahead of/,
  ],
  ['clock', 'a minute behind', said({ clock: { shown: at - 60_000, arrivedAt: at } }), /^60\.0 s behind/],
  ['clock', 'without a number', said({ clock: null }), /printed no number/],
  ['source', 'with other files', stepFails(1), /the step source exited with 1/],
  ['live-log', 'that holds output back', said({ live: [at, at + 100] }), /came together/],
  ['live-log', 'without its lines', said({ live: [at] }), /not in the log/],
  ['long-log', 'with lines missing', said({ lines: 99_999 }), /^99999 of 100000/],
  ['long-log', 'out of order', said({ isInOrder: false }), /came in order/],
  ['left-behind', 'with a process that lives on', stepFails(5), /the step left-behind exited with 1/],
  [
    'artifact',
    'that a text mode changed',
    { artifacts: [{ path: 'kept/bytes', bytes: 5, sha256: 'f'.repeat(64) }] },
    /came changed: 5 bytes/,
  ],
  ['artifact', 'that did not come', { artifacts: [] }, /not handed over/],
  ['artifact', 'whose job failed', withJob(jobOf('artifact', 'failed', exited(1))), /artifact failed/],
  [
    'exit-code',
    'that is another',
    withJob(jobOf('exit-code', 'passed', exited(0))),
    /a step exited with 7, and what came is/,
  ],
  [
    'time-limit',
    'that does not hold',
    withJob(jobOf('time-limit', 'passed', exited(0))),
    /was to be ended after 3 s/,
  ],
  [
    'time-limit',
    'that comes late',
    withJob({ ...jobs['time-limit'], attempt: late() }),
    /ended after 60\.0 s/,
  ],
];

function said(facts: Partial<NonNullable<Evidence['said']>>): Partial<Evidence> {
  const { said } = evidenceOf();
  return { said: said && { ...said, ...facts } };
}

function stepFails(step: number): Partial<Evidence> {
  const exitCodes = [0, 0, 0, 0, 0, 0].slice(0, step);
  return withJob(jobOf('machine', 'failed', exited(1, step), marksOf([...exitCodes, 1])));
}

function late() {
  const { attempt } = jobs['time-limit'];
  return attempt && { ...attempt, marks: marksOf([137], 60_000) };
}

test.each(failing)('%s %s fails', (name, _, facts, detail) => {
  const check = checkIn(facts, name);
  expect(check).toMatchObject({ isOk: false, result: 'failed' });
  expect(check.detail).toMatch(detail);
});

test('what comes after a step that failed is skipped, not failed', () =>
  expect(checkIn(stepFails(1), 'long-log')).toMatchObject({ isOk: false, result: 'skipped' }));

test('a machine that stays once the time is over is named', () => {
  const facts = { machines: [machineOf('m', { gone: null })], ageMs: limits.probationMs + 1 };
  expect(checkIn(facts, 'goes-away')).toMatchObject({ result: 'failed', detail: 'still there: m' });
});

test('a computer that stays passes by staying', () => {
  const stays = { ...manifest, machine: { ...manifest.machine, reuse: 'static' as const } };
  expect(checkIn({ manifest: stays, machines: [machineOf('m', { gone: null })] }, 'goes-away')).toMatchObject(
    {
      isOk: true,
      detail: 'stays: `reuse: static`',
    },
  );
});
