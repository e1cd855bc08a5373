/**
 * Whether a change may be merged. Pure. Two witnesses: the store knows its head and its jobs, the forge its draft state,
 * labels and reviews. The store is asked first, for nothing; the forge only when the store has nothing against it.
 */

import { countingJobs, forgeStateOf } from '#shared/forge-status.ts';
import type { CommitSha } from '#shared/ids.ts';
import type { JobState } from '#shared/job.ts';
import type { MergeAsk } from '#shared/merging.ts';
import type { RunState } from '#shared/run.ts';
import { shortCommit } from '#shared/short-commit.ts';
import { jobLabel } from '#shared/words.ts';
import type { MergePolicy } from './policy.ts';

/** A job as far as a merge asks for it. */
export type MergeJob = { image: string; suite: string; isRequired: boolean; state: JobState };

export type HeadFacts = { run: RunState; jobs: readonly MergeJob[] } | null;

/** What GitHub says of a pull request. */
export type PullFacts = {
  state: 'open' | 'closed' | 'merged';
  /** What it was merged as; null unless it is. */
  mergeSha: CommitSha | null;
  isDraft: boolean;
  headSha: CommitSha;
  baseRef: string;
  labels: readonly string[];
  /** Logins whose newest review of this head approves, as far as they may write. */
  approvedBy: readonly string[];
  /** Logins whose newest review, of any head, asks for changes, as far as they may write. */
  objectedBy: readonly string[];
};

/** `leaves`: it is asked for no more, and nothing will change that by itself. */
export type WhyNot = { leaves: string } | { waits: string } | null;

/** What the jobs of the head say; null: all that count have passed. */
export function whyNotByJobs(head: HeadFacts): string | null {
  if (!head || head.run.status === 'preparing') return 'its head is still being prepared';
  if (head.run.status !== 'planned')
    return `its head was not tested: ${head.run.status === 'dropped' ? head.run.reason : head.run.message}`;
  const jobs = countingJobs(head.jobs);
  if (jobs.length === 0) return 'its head has no jobs';
  const bad = jobs.filter(({ state }) => ['failure', 'error'].includes(forgeStateOf(state)));
  if (bad.length > 0) return `${listed(bad.map(jobLabel))} did not pass`;
  const open = jobs.filter(({ state }) => forgeStateOf(state) === 'pending');
  return open.length > 0
    ? `${open.length} of ${jobs.length} jobs are not done: ${listed(open.map(jobLabel))}`
    : null;
}

/** What GitHub says of it; null: nothing stands against it. */
export function whyNotByForge(
  pull: PullFacts,
  entry: { headSha: CommitSha; baseRef: string; ask: MergeAsk },
  policy: MergePolicy,
): WhyNot {
  if (pull.state !== 'open') return { leaves: `the pull request is ${pull.state}` };
  if (pull.headSha !== entry.headSha) return { leaves: `${shortCommit(pull.headSha)} is its head now` };
  if (pull.baseRef !== entry.baseRef) return { leaves: `its base is ${pull.baseRef} now` };
  if (entry.ask.way === 'label' && policy.label !== null && !hasLabel(pull, policy.label))
    return { leaves: `the label ${policy.label} was taken off` };
  const blocking = policy.blockingLabels.filter(label => hasLabel(pull, label));
  if (blocking.length > 0) return { waits: `the label ${listed(blocking)} blocks it` };
  if (pull.isDraft) return { waits: 'it is a draft' };
  if (pull.objectedBy.length > 0) return { waits: `${listed(pull.objectedBy)} asked for changes` };
  const missing = policy.approvals - pull.approvedBy.length;
  if (missing <= 0) return null;
  const short = shortCommit(entry.headSha);
  return {
    waits: `${missing} more ${missing === 1 ? 'approval' : 'approvals'} of ${short} needed, by people who may write`,
  };
}

/** GitHub's labels are the same in any case of letters. */
export const hasLabel = ({ labels }: Pick<PullFacts, 'labels'>, label: string): boolean =>
  labels.some(each => each.toLowerCase() === label.toLowerCase());

const listed = (names: readonly string[]): string =>
  names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ');
