/** The trace of a run that is over, from its rows. Pure: the same rows give the same spans, with the same ids. */
import type { Mark } from '#shared/attempt.ts';
import type { Instant } from '#shared/ids.ts';
import { outcomeOf } from '#shared/job.ts';
import { phasesOf, stepsOf } from '#shared/run-timeline.ts';
import type { Attempt } from '../store/attempts.ts';
import type { ForgeWrite } from '../store/forge-writes.ts';
import type { Job } from '../store/jobs.ts';
import type { Run } from '../store/runs.ts';
import { spanIdOf, traceIdOf } from './ids.ts';

export type Span = {
  traceId: string;
  spanId: string;
  parentSpanId: string | null;
  name: string;
  start: Instant;
  end: Instant;
  attributes: Readonly<Record<string, string | number | boolean>>;
  /** `unset`: it says nothing of success. */
  status: 'unset' | 'ok' | 'error';
};

/** A run all of whose jobs have settled; attempts of this round, oldest first. */
export type TracedRun = {
  run: Run;
  repository: string;
  jobs: readonly Job[];
  attempts: readonly (Attempt & { requestedAt: Instant | null })[];
  writes: readonly ForgeWrite[];
};

export function spansOf({ run, repository, jobs, attempts, writes }: TracedRun): Span[] {
  const traceId = traceIdOf(run.id);
  const span = (facts: Omit<Span, 'traceId'>): Span => ({ traceId, ...facts });
  const ofJobs = jobs.flatMap(job => {
    const own = attempts.filter(({ jobId }) => jobId === job.id);
    return own.length > 0 ? jobSpans(job, own) : [];
  });
  const ends = ofJobs.map(({ end }) => end);
  const start = Math.min(run.createdAt, ...ofJobs.map(each => each.start));
  const end = Math.max(run.createdAt, ...ends);
  const root = spanIdOf(run.id, end);
  const isGood = jobs.every(({ state }) => state.status === 'settled' && isWell(state.outcome));
  return [
    span({
      ...{ spanId: root, parentSpanId: null, name: `run ${run.number}`, start, end },
      attributes: {
        'cicd.pipeline.name': run.purpose,
        'cicd.pipeline.run.id': run.id,
        'cicd.pipeline.result': isGood ? 'success' : 'failure',
        'vcs.repository.name': repository,
        'vcs.ref.head.revision': run.commit,
        'vcs.ref.head.name': run.ref,
        'paddock.run.number': run.number,
      },
      status: isGood ? 'ok' : 'error',
    }),
    ...ofJobs.map(each => span({ ...each, parentSpanId: each.parentSpanId ?? root })),
    ...writes.flatMap(write => statusSpans(write, root)).map(span),
  ];
}

type OwnSpan = Omit<Span, 'traceId'>;

const isWell = (outcome: string): boolean => outcome === 'passed' || outcome === 'skipped';

const resultOf: Readonly<Record<string, string>> = {
  ...{ passed: 'success', failed: 'failure', errored: 'error', skipped: 'skip' },
  ...{ cancelled: 'cancellation', superseded: 'cancellation', 'timed-out': 'timeout' },
};

/** The first has no parent: that is the run. */
function jobSpans(job: Job, attempts: TracedRun['attempts']): OwnSpan[] {
  const last = attempts.at(-1);
  const { state } = job;
  if (!last || state.status !== 'settled') return [];
  const spanId = spanIdOf(job.id, last.number);
  const start = Math.min(...attempts.map(({ times }) => times.queuedAt));
  return [
    {
      ...{ spanId, parentSpanId: null, name: `job ${job.suite} on ${job.image}` },
      ...{ start, end: Math.max(start, state.settledAt) },
      attributes: {
        'cicd.pipeline.task.name': job.suite,
        'cicd.pipeline.task.run.id': job.id,
        'cicd.pipeline.task.run.result': resultOf[state.outcome] ?? state.outcome,
        'paddock.image': job.image,
        'paddock.job.outcome': state.outcome,
      },
      status: isWell(state.outcome) ? 'ok' : 'error',
    },
    ...attempts.flatMap(attempt => attemptSpans(job, attempt, spanId)),
  ];
}

function attemptSpans(job: Job, attempt: TracedRun['attempts'][number], parentSpanId: string): OwnSpan[] {
  const { id, state, times, requestedAt, number } = attempt;
  if (state.status !== 'ended') return [];
  const outcome = outcomeOf(state.end);
  const phases = phasesOf(times, requestedAt).map(({ phase, from, to }) => ({
    ...{ spanId: spanIdOf(id, phase), parentSpanId: spanIdOf(id), name: phase },
    ...{ start: from, end: Math.max(from, to ?? state.at) },
    attributes: {},
    status: 'unset' as const,
  }));
  return [
    {
      ...{ spanId: spanIdOf(id), parentSpanId, name: `attempt ${number}` },
      ...{ start: times.queuedAt, end: Math.max(times.queuedAt, state.at) },
      attributes: {
        'paddock.attempt.id': id,
        'paddock.attempt.number': number,
        'paddock.attempt.reason': state.end.reason,
        'paddock.machine.id': attempt.machineId,
        'paddock.host.id': attempt.hostId,
        'paddock.log.bytes': state.log.bytes,
      },
      status: isWell(outcome) ? 'ok' : 'error',
    },
    ...phases,
    ...stepSpans(job, attempt),
  ];
}

function stepSpans(job: Job, { id, times, marks }: Attempt): OwnSpan[] {
  const names = job.definition.steps.map(({ name }) => name);
  return stepsOf(placed(marks, times.stepsAt), names, times).map(({ index, name, from, to, exitCode }) => ({
    ...{ spanId: spanIdOf(id, 'step', index), parentSpanId: spanIdOf(id, 'steps'), name: `step ${name}` },
    ...{ start: from, end: Math.max(from, to ?? from) },
    attributes: { 'paddock.step': index, ...(exitCode === null ? {} : { 'process.exit.code': exitCode }) },
    status: exitCode === 0 ? 'ok' : exitCode === null ? 'unset' : 'error',
  }));
}

/** The clock of a machine may be another: its steps begin when the phase of that name did, and keep their lengths. */
function placed(marks: readonly Mark[], stepsAt: Instant | null): Mark[] {
  const [first] = marks;
  const shift = first && stepsAt !== null ? stepsAt - first.at : 0;
  return marks.map(mark => ({ ...mark, at: mark.at + shift }));
}

const statusSpans = (write: ForgeWrite, parentSpanId: string): OwnSpan[] => [
  {
    ...{ spanId: spanIdOf('write', write.id), parentSpanId, name: `${write.kind} ${write.context}`.trim() },
    ...{ start: write.createdAt, end: Math.max(write.createdAt, write.sentAt ?? write.createdAt) },
    attributes: { 'paddock.write.status': write.status, 'paddock.write.tries': write.tries },
    status: write.status === 'sent' ? 'ok' : write.status === 'dead' ? 'error' : 'unset',
  },
];
