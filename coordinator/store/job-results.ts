/** How one job ended in other runs: of each attempt that was a verdict, whichever it was. */
import type { RunId } from '#shared/ids.ts';
import { jobState } from '#shared/job.ts';
import { parseState } from './rows.ts';
import type { Tx } from './store.ts';

export type JobResult = { runId: RunId; result: 'passed' | 'failed' };

/** Newest runs first, and of each the newest attempt. What infrastructure, a person or a newer commit ended is none. */
export async function listJobResults(
  tx: Tx,
  { runs, suite, image }: { runs: readonly RunId[]; suite: string; image: string },
): Promise<JobResult[]> {
  if (runs.length === 0) return [];
  const rows = await tx
    .selectFrom('job')
    .leftJoin('attempt', 'attempt.job_id', 'job.id')
    .select(['job.id as id', 'job.run_id as runId', 'job.status as status', 'job.state as state'])
    .select(['attempt.id as attemptId', 'attempt.outcome as outcome'])
    .where('job.run_id', 'in', runs)
    .where('job.suite', '=', suite)
    .where('job.image', '=', image)
    .orderBy('job.run_id', 'desc')
    .orderBy('attempt.number', 'desc')
    .execute();
  return rows.flatMap(({ runId, attemptId, outcome, ...job }) => {
    const result = resultOf(attemptId === null ? outcomeWithoutAttempt(job) : outcome);
    return result === null ? [] : [{ runId, result }];
  });
}

/** What was tested before, in the merge queue, has passed without an attempt of its own. */
function outcomeWithoutAttempt(row: { id: string; status: string; state: string }): string | null {
  const state = parseState(jobState, row, 'job');
  return state.status === 'settled' && state.byPlan === undefined ? state.outcome : null;
}

function resultOf(outcome: string | null): JobResult['result'] | null {
  if (outcome === 'passed') return 'passed';
  return outcome === 'failed' || outcome === 'timed-out' ? 'failed' : null;
}
