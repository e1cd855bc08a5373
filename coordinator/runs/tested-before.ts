/**
 * What a merge queue has tested needs no second test when it lands: it is the same commit, so the same tree. Its suites count
 * as passed by the attempts that have shown it, and what is made on merge begins at once.
 */
import type { Instant } from '#shared/ids.ts';
import { isSatisfied } from '#shared/job.ts';
import { type Job, listJobsOfRuns } from '../store/jobs.ts';
import { listRunsOfCommit, type Run } from '../store/runs.ts';
import type { Tx } from '../store/store.ts';
import type { PlannedJob } from './planned-job.ts';

export async function withTestedJobs(
  tx: Tx,
  run: Run,
  planned: PlannedJob[],
  at: Instant,
): Promise<PlannedJob[]> {
  if (run.purpose !== 'landed') return planned;
  const runs = (await listRunsOfCommit(tx, run.repositoryId, run.commit)).filter(
    ({ purpose }) => purpose === 'merge-queue' || purpose === 'merge-group',
  );
  if (runs.length === 0) return planned;
  const passed = (
    await listJobsOfRuns(
      tx,
      runs.map(({ id }) => id),
    )
  ).filter(hasPassed);
  const numberOf = new Map(runs.map(({ id, number }) => [id, number]));
  const counted = planned.map(job => {
    const tested = passed.find(other => isSame(other, job));
    return tested ? asTested(job, tested, numberOf.get(tested.runId) ?? 0, at) : job;
  });
  return counted.map(job => withoutMetNeeds(job, counted, at));
}

const hasPassed = ({ state, stage }: Job): boolean =>
  stage === 'suite' && state.status === 'settled' && state.outcome === 'passed';

/** The same work: an image or a suite that has changed since is tested again. */
const isSame = (job: Job, planned: PlannedJob): boolean =>
  planned.stage === 'suite' &&
  job.suite === planned.suite &&
  job.image === planned.image &&
  JSON.stringify(job.definition) === JSON.stringify(planned.definition);

const asTested = (job: PlannedJob, { state }: Job, number: number, at: Instant): PlannedJob => ({
  ...job,
  state: {
    status: 'settled',
    outcome: 'passed',
    message: `passed in the merge queue, run #${number}`,
    settledAt: at,
    attempt: state.status === 'settled' ? state.attempt : null,
    kind: job.state.kind,
    lastAttempt: 0,
    retries: 0,
  },
});

function withoutMetNeeds(job: PlannedJob, jobs: readonly PlannedJob[], at: Instant): PlannedJob {
  if (job.state.status !== 'blocked' || job.state.on !== 'needs') return job;
  const isMet = job.definition.needs.every(need =>
    jobs.some(({ suite, image, state }) => suite === need && image === job.image && isSatisfied(state)),
  );
  const { kind, lastAttempt, retries } = job.state;
  return isMet
    ? { ...job, state: { status: 'queued', queuedAt: at, avoid: null, kind, lastAttempt, retries } }
    : job;
}
