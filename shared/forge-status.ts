/** The commit status: the part of Paddock that every contributor meets. */
import * as z from 'zod';
import { isOutOfScope, type JobState } from './job.ts';
import { jobLabel } from './words.ts';

/** Whether a merge waits for the jobs on an image. */
export const gate = z.enum(['advisory', 'required']);

/** GitHub's four states of a commit status. */
export const forgeState = z.enum(['pending', 'success', 'failure', 'error']);
export type ForgeState = z.infer<typeof forgeState>;

/** `paddock/<image>` for a suite called `default`, else `paddock/<image>/<suite>`; with the values of its matrix. */
export const statusContext = (image: string, suite: string): string =>
  `paddock/${jobLabel({ image, suite })}`;

/** The context that speaks for the run: for what is required of it, or for why it has no jobs. */
export const summaryContext = 'paddock';

/** The context that says how a merge stands that somebody has asked for. No job is behind it. */
export const mergeContext = 'paddock/merge-queue';

/** The check run of each run; there is one. */
export const checkName = 'Paddock';

/** `failure` is the author's to mend; `error` is ours or a human's decision. What is out of scope is green: branch protection would wait for ever. */
export function forgeStateOf(job: JobState): ForgeState {
  if (job.status !== 'settled') return 'pending';
  if (isOutOfScope(job)) return 'success';
  switch (job.outcome) {
    case 'passed':
      return 'success';
    case 'failed':
    case 'timed-out':
      return 'failure';
    case 'errored':
    case 'cancelled':
    case 'superseded':
    case 'skipped':
      return 'error';
  }
}

/** Of all required jobs together: the first that has not passed decides, and what is the author's to mend before anything else. */
export function summaryStateOf(required: readonly JobState[], isPlannedAgain = false): ForgeState {
  const states = new Set(required.map(forgeStateOf));
  const inOrder: ForgeState[] = ['failure', 'error', 'pending'];
  // For another base there may be more of them.
  return inOrder.find(state => states.has(state)) ?? (isPlannedAgain ? 'pending' : 'success');
}

/** What a merge hangs on: what is required, or everything where nothing is. */
export function countingJobs<Job extends { isRequired: boolean }>(jobs: readonly Job[]): readonly Job[] {
  const required = jobs.filter(({ isRequired }) => isRequired);
  return required.length > 0 ? required : jobs;
}

/**
 * A commit may have two runs, as the head of a pull request and as what has landed, and their jobs share a context. One of
 * them speaks for it: one that is not over, else one that was not taken back, else the newest. `jobs` are of one commit.
 */
export function speakersOf<Speaker extends { id: string; image: string; suite: string; state: JobState }>(
  jobs: readonly Speaker[],
): Speaker[] {
  const contexts = Map.groupBy(jobs, ({ image, suite }) => statusContext(image, suite));
  return [...contexts.values()].flatMap(
    same => same.toSorted((a, b) => rankOf(b.state) - rankOf(a.state) || (a.id < b.id ? 1 : -1))[0] ?? [],
  );
}

function rankOf(state: JobState): number {
  if (state.status !== 'settled') return 2;
  return state.outcome === 'cancelled' || state.outcome === 'superseded' ? 0 : 1;
}
