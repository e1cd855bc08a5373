/** Views as a coordinator sends them. */
import { createHash } from 'node:crypto';
import {
  type AttemptView,
  attemptView,
  type JobSummary,
  type JobView,
  jobSummary,
  jobView,
  type RunView,
  runView,
} from '#shared/api.ts';

const id = (prefix: string, number: number): string =>
  `${prefix}_01h455vb4pex5vsknk0${String(number).padStart(7, '0')}`;

export const now = 1_700_000_600_000;
const createdAt = now - 240_000;

type Some<View> = { [Key in keyof View]?: unknown };

/** Job number `number` of a run; passed, unless told otherwise. */
export const sampleJob = (number: number, changes: Some<JobSummary> = {}): JobSummary =>
  jobSummary.parse({
    id: id('job', number),
    suite: 'default',
    image: 'debian-12',
    stage: 'suite',
    standing: 'passed',
    blockedOn: null,
    text: 'passed in 0:42',
    refusal: null,
    attempts: 1,
    attempt: id('attempt', number),
    startedAt: createdAt + 1_000,
    endedAt: createdAt + 43_000,
    verdict: null,
    ...changes,
  });

export const sampleRun = (number: number, changes: Some<RunView> = {}): RunView =>
  runView.parse({
    id: id('run', number),
    number,
    repository: 'acme/rocket',
    commit: '3f2c1ab'.padEnd(40, '0'),
    ref: 'refs/heads/main',
    purpose: 'manual',
    change: null,
    changeTitle: null,
    title: 'fix overflow in parser',
    author: 'Kim',
    standing: 'passed',
    message: null,
    position: null,
    refusal: null,
    warnings: [],
    trust: { isTrusted: true, runsAtOnce: true, why: 'it was started by hand', approvals: [] },
    createdAt,
    jobs: [sampleJob(number)],
    url: `http://127.0.0.1:7070/runs/${id('run', number)}`,
    ...changes,
  });

export const sampleAttempt = (number: number, changes: Some<AttemptView> = {}): AttemptView =>
  attemptView.parse({
    id: id('attempt', number),
    job: id('job', number),
    number: 1,
    machine: id('machine', number),
    host: id('host', number),
    platform: null,
    phase: null,
    step: null,
    times: {
      queuedAt: createdAt,
      leasedAt: createdAt,
      sourceAt: null,
      stepsAt: null,
      uploadsAt: null,
      endedAt: null,
    },
    end: null,
    log: null,
    logRemovedAt: null,
    marks: [],
    logUrl: `http://127.0.0.1:7070/logs/${id('attempt', number)}.txt`,
    ...changes,
  });

export function sampleJobView(number: number, changes: Some<JobView> = {}): JobView {
  const { jobs: _, ...run } = sampleRun(number);
  return jobView.parse({
    ...sampleJob(number),
    run,
    steps: [{ name: 'make check', run: 'make check', timeoutMs: 1, idleTimeoutMs: 1 }],
    history: [sampleAttempt(number)],
    artifacts: [],
    runLocally: "paddock run . --command 'make check'",
    url: `http://127.0.0.1:7070/jobs/${id('job', number)}`,
    ...changes,
  });
}

export const sha256Of = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The marks of steps by their first and last offset and their exit code. */
export const marks = (...steps: [started: number, ended: number, exitCode: number][]) =>
  steps.flatMap(([started, ended, exitCode], step) => [
    { type: 'step-started' as const, seq: 2 * step, at: createdAt, offset: started, step },
    {
      type: 'step-ended' as const,
      seq: 2 * step + 1,
      at: createdAt + 12_000,
      offset: ended,
      step,
      exitCode,
      lateBytes: 0,
    },
  ]);
