/** How the check run of a run stands on GitHub, from its jobs. Pure. */

import { countingJobs } from '#shared/forge-status.ts';
import type { CommitSha } from '#shared/ids.ts';
import { isSatisfied, type JobState } from '#shared/job.ts';
import type { RunState } from '#shared/run.ts';
import { shortCommit } from '#shared/short-commit.ts';
import { cut } from '#shared/words.ts';
import type { CheckPayload } from '../store/forge-payloads.ts';

export type CheckedJob = {
  name: string;
  state: JobState;
  isRequired: boolean;
  /** The sentence of its status. */
  text: string;
};

type Settled = Extract<JobState, { status: 'settled' }>;

const isSettled = (job: CheckedJob): job is CheckedJob & { state: Settled } => job.state.status === 'settled';

/**
 * Advisory jobs are told and never count, unless none is required: then all of them do. A check that waits for a person is
 * "completed" in GitHub's words: nothing runs, and its button is there.
 */
export function checkOf(run: RunState, commit: CommitSha, jobs: readonly CheckedJob[]): CheckPayload {
  if (run.status === 'refused') return completed('failure', run.message);
  if (run.status === 'empty') return completed('neutral', run.message);
  if (run.status === 'dropped') return completed('cancelled', run.message);
  const open = jobs.filter(job => !isSettled(job));
  if (open.length > 0 && open.every(({ state }) => state.status === 'blocked' && state.on === 'approval'))
    return completed('action_required', `waiting for a maintainer to approve ${shortCommit(commit)}`);
  if (run.status === 'preparing' || open.length > 0) return underWay(jobs, open.length);
  return ended(jobs.filter(isSettled));
}

const completed = (
  conclusion: Extract<CheckPayload, { status: 'completed' }>['conclusion'],
  title: string,
): CheckPayload => ({ status: 'completed', conclusion, title: cut(title) });

function underWay(jobs: readonly CheckedJob[], open: number): CheckPayload {
  const hasBegun = jobs.some(({ state }) => state.lastAttempt > 0);
  const running = jobs.filter(
    ({ state }) => state.status === 'leased' || state.status === 'finishing',
  ).length;
  const done = `${jobs.length - open} of ${jobs.length} ${jobs.length === 1 ? 'job' : 'jobs'} done`;
  const title =
    jobs.length === 0 ? 'fetching the commit' : running > 0 ? `${done}, ${running} running` : done;
  return { status: hasBegun ? 'in_progress' : 'queued', title };
}

function ended(jobs: readonly (CheckedJob & { state: Settled })[]): CheckPayload {
  const counting = countingJobs(jobs);
  const red = counting
    .filter(({ state }) => !isSatisfied(state))
    .sort((a, b) => rankOf(a.state) - rankOf(b.state));
  const [first] = red;
  if (first) {
    // What was skipped for want of others is not one more thing that is wrong.
    const ran = red.filter(({ state }) => state.outcome !== 'skipped');
    const others = Math.max(ran.length, 1) - 1;
    const more = others === 0 ? '' : `; ${others} more ${others === 1 ? 'job' : 'jobs'} did not pass`;
    return completed(conclusionOf(first.state), `${cut(`${first.name} ${first.text}`, 110)}${more}`);
  }
  if (jobs.every(({ state }) => state.outcome === 'skipped'))
    return completed('skipped', 'all jobs are skipped');
  const broken = jobs.filter(job => !counting.includes(job) && !isSatisfied(job.state)).length;
  const aside = broken > 0 ? `, ${broken} advisory ${broken === 1 ? 'one' : 'ones'} did not` : '';
  const passed = counting.filter(({ state }) => state.outcome === 'passed').length;
  const what = counting.some(({ isRequired }) => isRequired)
    ? 'required jobs'
    : passed === 1
      ? 'job'
      : 'jobs';
  return completed('success', `${passed} ${passed === 1 ? what.replace(/s$/, '') : what} passed${aside}`);
}

/** What is the author's to mend comes first. */
const order = ['failed', 'timed-out', 'errored', 'skipped', 'cancelled', 'superseded', 'passed'];
const rankOf = ({ outcome }: Settled): number => order.indexOf(outcome);

function conclusionOf({ outcome }: Settled): Extract<CheckPayload, { status: 'completed' }>['conclusion'] {
  if (outcome === 'timed-out') return 'timed_out';
  return outcome === 'cancelled' || outcome === 'superseded' ? 'cancelled' : 'failure';
}
