/** What a list of runs says of jobs: how each stands, and when it had machines. */
import { attemptTimes } from '#shared/attempt.ts';
import type { Instant, JobId, RunId } from '#shared/ids.ts';
import { type JobState, jobState } from '#shared/job.ts';
import { parseColumn, parseState } from './rows.ts';
import { statement } from './statement.ts';
import type { Tx } from './store.ts';

export type JobSquare = {
  id: JobId;
  suite: string;
  image: string;
  state: JobState;
  /** Of its newest attempt. */
  startedAt: Instant | null;
  endedAt: Instant | null;
};

const squares = statement((db, { runId }: { runId: RunId }) =>
  db
    .selectFrom('job')
    .select(['id', 'suite', 'image', 'status', 'state'])
    .where('run_id', '=', runId)
    .orderBy('position')
    .orderBy('suite')
    .orderBy('image'),
);

const times = statement((db, { runId }: { runId: RunId }) =>
  db
    .selectFrom('job')
    .innerJoin('attempt', 'attempt.job_id', 'job.id')
    .select(['attempt.id as id', 'attempt.job_id as jobId', 'attempt.times as times'])
    .where('job.run_id', '=', runId)
    .orderBy('attempt.number'),
);

/** In the fixed order of the run. */
export async function listJobSquares(tx: Tx, runId: RunId): Promise<JobSquare[]> {
  const newest = new Map((await times.all(tx, { runId })).map(row => [row.jobId, row]));
  return (await squares.all(tx, { runId })).map(row => {
    const last = newest.get(row.id);
    const { leasedAt, endedAt } = last
      ? parseColumn(attemptTimes, last.times, `attempt ${last.id}.times`)
      : { leasedAt: null, endedAt: null };
    const { id, suite, image } = row;
    return { id, suite, image, state: parseState(jobState, row, 'job'), startedAt: leasedAt, endedAt };
  });
}
