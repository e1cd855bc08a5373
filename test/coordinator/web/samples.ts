/** Views as the API answers them, with what a test does not care about filled in. */
import type { JobSummary, RunView } from '#shared/api.ts';
import type { AttemptId, JobId, RunId } from '#shared/ids.ts';
import { lineOf, type RunLine } from '#shared/run-line.ts';
import { phasesOf, type TimelineAttempt } from '#shared/run-timeline.ts';

const id = (prefix: string, n: number) => `${prefix}_${String(n).padStart(26, '0')}`;

export const runId = (n: number) => id('run', n) as RunId;
export const jobId = (n: number) => id('job', n) as JobId;

export const runOf = (n: number, facts: Partial<RunView> = {}): RunView => ({
  id: runId(n),
  number: n,
  repository: 'acme/rocket',
  commit: String(n).padStart(40, '0'),
  ref: 'main',
  purpose: 'landed',
  change: null,
  changeTitle: null,
  title: `run ${n}`,
  author: 'octocat',
  standing: 'queued',
  message: null,
  position: null,
  refusal: null,
  warnings: [],
  trust: { isTrusted: true, runsAtOnce: true, why: 'it has landed on main', approvals: [] },
  createdAt: n,
  jobs: [],
  url: `/runs/${runId(n)}`,
  ...facts,
});

/** As a list has it. */
export const runLineOf = (n: number, facts: Partial<RunView> = {}): RunLine => lineOf(runOf(n, facts));

export const jobOf = (n: number, facts: Partial<JobSummary> = {}): JobSummary => ({
  id: jobId(n),
  suite: 'unit',
  image: 'debian-12',
  stage: 'suite',
  standing: 'queued',
  blockedOn: null,
  text: 'queued',
  refusal: null,
  attempts: 0,
  attempt: null,
  startedAt: null,
  endedAt: null,
  verdict: null,
  ...facts,
});

export function spanOf(job: number, facts: Partial<TimelineAttempt> = {}): TimelineAttempt {
  const times = {
    ...{ queuedAt: 0, leasedAt: 10, sourceAt: null, stepsAt: null, uploadsAt: null, endedAt: null },
    ...facts.times,
  };
  return {
    id: id('attempt', job) as AttemptId,
    job: jobId(job),
    number: 1,
    step: null,
    end: null,
    phases: phasesOf(times),
    steps: [],
    ...facts,
    times,
  };
}
