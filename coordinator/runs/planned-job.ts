/** A job as its run plans it: what it does, by the suite file, and how it stands at first. */
import type { Instant } from '#shared/ids.ts';
import type { JobState } from '#shared/job.ts';
import { limits } from '#shared/limits.ts';
import type { OnMergeJob, Step, Suite } from '#shared/suite-file.ts';
import type { JobDefinition, NewJob } from '../store/jobs.ts';

export type PlannedJob = Omit<NewJob, 'runId' | 'repositoryId'>;

/** A trusted change runs at once; any other waits until a maintainer has approved the commit, and for its needs then. */
export function firstState(isTrusted: boolean, at: Instant): JobState {
  const facts = { kind: 'repeatable', lastAttempt: 0, retries: 0 } as const;
  return isTrusted
    ? { status: 'queued', queuedAt: at, avoid: null, ...facts }
    : { status: 'blocked', on: 'approval', ...facts };
}

/** It waits for the suites it needs. */
export const waitingState = ({ kind = 'repeatable' }: Pick<OnMergeJob, 'kind'>): JobState => ({
  status: 'blocked',
  on: 'needs',
  kind,
  lastAttempt: 0,
  retries: 0,
});

/** The steps and limits of a suite, with what it leaves to the defaults. */
export function define(part: Suite | OnMergeJob, needs: string[]): JobDefinition {
  return {
    steps: part.steps.map(defineStep),
    source: part.source ?? 'commit',
    env: part.env ?? {},
    deadlineMs: Math.min(part.timeout ?? limits.jobDeadlineMs, limits.jobDeadlineMs),
    artifacts: [...(part.artifacts ?? [])],
    ...(part.caches ? { caches: part.caches } : {}),
    needs,
    // What is made of a merge cannot hold it up.
    gate: 'advisory',
  };
}

function defineStep(step: Step): JobDefinition['steps'][number] {
  const { name, run, timeout, 'idle-timeout': idle, env, directory }: StepOptions = step;
  return {
    name: name ?? firstLine(run),
    run,
    timeoutMs: timeout ?? limits.stepTimeoutMs,
    idleTimeoutMs: idle ?? limits.stepIdleTimeoutMs,
    env: env ?? {},
    directory: directory ?? '.',
  };
}

/** A step as an object; one that was written as a string has a command only. */
type StepOptions = Extract<Step, { name?: unknown }>;

/** A step without a name is called by its command. */
const firstLine = (run: string): string => (run.split('\n')[0] ?? run).slice(0, 100);
