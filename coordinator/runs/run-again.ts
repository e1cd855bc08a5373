/** Jobs of a run, again: by a command in a comment, or a button of its check. */

import type { Instant } from '#shared/ids.ts';
import { isSatisfied, type JobRequest } from '#shared/job.ts';
import { shortCommit } from '#shared/short-commit.ts';
import type { Wake } from '../ground/wake.ts';
import { type Job, listJobsOfRun } from '../store/jobs.ts';
import type { Run } from '../store/runs.ts';
import type { Tx } from '../store/store.ts';
import { type Answer, refused } from './comment-command.ts';
import type { Runs } from './runs.ts';
import { needsFirst } from './suite-needs.ts';

export type AgainPorts = {
  runs: Runs;
  applyToJob(tx: Tx, job: Job['id'], event: JobRequest): Promise<{ wakes: Wake[] }>;
};

/** Those of the jobs that are over and `isMeant` run again; a run without jobs is prepared again. */
export async function runAgain(
  { runs, applyToJob }: AgainPorts,
  tx: Tx,
  run: Run,
  at: Instant,
  isMeant: (job: Job) => boolean,
): Promise<Answer> {
  const commit = shortCommit(run.commit);
  const event = { type: 'rerun-requested', at } as const;
  if (run.state.status === 'preparing') return refused(`${commit} is being prepared already`);
  if (run.state.status !== 'planned')
    return { done: `${commit} is prepared again`, wakes: (await runs.applyTo(tx, run, event)).wakes };
  const jobs = await listJobsOfRun(tx, run.id);
  const wakes: Wake[] = [];
  for (const { id, state } of needsFirst(jobs.filter(isMeant)))
    if (state.status === 'settled') wakes.push(...(await applyToJob(tx, id, event)).wakes);
  if (wakes.length > 0) return { done: `${commit} runs again`, wakes };
  return refused(
    jobs.every(({ state }) => isSatisfied(state))
      ? `there is nothing to run again: all of ${commit} has passed`
      : `all of ${commit} that could run again is waiting or under way`,
  );
}
