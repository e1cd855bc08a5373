/** What of a job's change is counted. Pure. */
import type { AttemptTimes } from '#shared/attempt.ts';
import type { Instant } from '#shared/ids.ts';
import type { AttemptEnd } from '#shared/job.ts';
import { phasesOf } from '#shared/run-timeline.ts';
import type { Counted } from '../ground/counted.ts';
import type { Wake } from '../ground/wake.ts';
import type { Attempt } from '../store/attempts.ts';
import type { Job } from '../store/jobs.ts';

/** A wait that is over, and a verdict. */
export function countedOf({ state: before }: Job, job: Job, at: Instant): Wake[] {
  const { id, runId: run, image, state: after } = job;
  const counted: Counted[] = [];
  if (before.status === 'queued' && after.status === 'leased')
    counted.push({
      ...{ what: 'lease', image, waitedMs: at - before.queuedAt },
      ids: {
        ...{ run, job: id, attempt: after.attempt, number: after.lastAttempt },
        ...{ machine: after.machine, host: after.host },
      },
    });
  if (before.status !== 'settled' && after.status === 'settled')
    counted.push({ what: 'job', image, outcome: after.outcome, ids: { run, job: id } });
  return counted.map(each => ({ type: 'counted', counted: each }));
}

/** Where the time of an attempt went. `isVerdict`: its job has settled with it. */
export const countedAtEnd = (
  { id, runId, jobId, number, machineId, hostId, image }: Attempt,
  { reason }: AttemptEnd,
  times: AttemptTimes,
  isVerdict: boolean,
): Counted => ({
  what: 'attempt',
  image,
  isLost: reason === 'lost',
  phases: phasesOf(times).flatMap(({ phase, from, to }) =>
    phase === 'queue' || phase === 'boot' || to === null ? [] : [{ phase, ms: to - from }],
  ),
  jobMs: isVerdict && times.endedAt !== null ? times.endedAt - times.queuedAt : null,
  ids: { run: runId, job: jobId, attempt: id, number, machine: machineId, host: hostId },
});
