/** What the run of a batch says of it. Pure. */
import { countingJobs, forgeStateOf } from '#shared/forge-status.ts';
import { jobLabel } from '#shared/words.ts';
import type { HeadFacts, MergeJob } from './why-not.ts';

export type BatchVerdict =
  | { type: 'pending'; isPlanned: boolean }
  | { type: 'passed' }
  | { type: 'failed'; message: string }
  /** Nothing that its entries could be blamed for. */
  | { type: 'infrastructure'; message: string };

/** One failure decides at once; that all have passed is known when all have ended. */
export function verdictOf(head: HeadFacts): BatchVerdict {
  if (!head || head.run.status === 'preparing') return { type: 'pending', isPlanned: false };
  const { run } = head;
  // A suite file that is broken by the merge is the entries' doing: it has a place in the file.
  if (run.status === 'refused' && run.position) return { type: 'failed', message: run.message };
  if (run.status !== 'planned') return { type: 'infrastructure', message: run.message };
  const jobs = countingJobs(head.jobs);
  if (jobs.length === 0) return { type: 'infrastructure', message: 'its run has no jobs' };
  const failed = jobs.find(({ state }) => forgeStateOf(state) === 'failure');
  if (failed) return { type: 'failed', message: `${jobLabel(failed)} ${outcomeOf(failed)}` };
  if (jobs.some(({ state }) => forgeStateOf(state) === 'pending'))
    return { type: 'pending', isPlanned: true };
  const lost = jobs.find(({ state }) => forgeStateOf(state) === 'error');
  return lost
    ? { type: 'infrastructure', message: `${jobLabel(lost)} ${outcomeOf(lost)}` }
    : { type: 'passed' };
}

function outcomeOf({ state }: MergeJob): string {
  if (state.status !== 'settled') return state.status;
  return state.message ? `${state.outcome}: ${state.message}` : state.outcome;
}
