/** A job as its run plans it: what it does, by the suite file. */
import { limits } from '#shared/limits.ts';
import type { OnMergeJob, Step, Suite } from '#shared/suite-file.ts';
import type { JobDefinition, NewJob } from '../store/jobs.ts';

export type PlannedJob = Omit<NewJob, 'runId' | 'repositoryId'>;

/** The steps and limits of a suite, with what it leaves to the defaults. */
export function define(part: Suite | OnMergeJob, needs: string[]): JobDefinition {
  return {
    steps: part.steps.map(defineStep),
    source: part.source ?? 'commit',
    env: part.env ?? {},
    deadlineMs: Math.min(part.timeout ?? limits.jobDeadlineMs, limits.jobDeadlineMs),
    artifacts: [...(part.artifacts ?? [])],
    ...(part.reports ? { reports: { junit: part.reports.junit ?? [], tap: part.reports.tap ?? [] } } : {}),
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
export type StepOptions = Extract<Step, { name?: unknown }>;

/** A step without a name is called by its command. */
const firstLine = (run: string): string => (run.split('\n')[0] ?? run).slice(0, 100);
