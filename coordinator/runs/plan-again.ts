/**
 * A commit that has jobs, and is planned for another base. What has begun or has ended keeps that: it is what the commit does,
 * whoever asks. What was left out begins; what nobody asks for any more, and has not begun, is skipped. Jobs that were there
 * are told one by one, those that others need first; what is new is added.
 */
import type { Instant } from '#shared/ids.ts';
import type { JobRequest } from '#shared/job.ts';
import { refusedFor } from '#shared/refusals/work.ts';
import type { Wake } from '../ground/wake.ts';
import type { Job } from '../store/jobs.ts';
import type { Tx } from '../store/store.ts';
import type { PlannedJob } from './planned-job.ts';
import type { RunPorts } from './runs.ts';
import { needsFirst } from './suite-needs.ts';

export async function tellJobs(
  { applyToJob }: Pick<RunPorts, 'applyToJob'>,
  tx: Tx,
  known: readonly Job[],
  planned: readonly PlannedJob[],
  at: Instant,
): Promise<Wake[]> {
  const plans = new Map(planned.map(job => [keyOf(job), job]));
  const wakes: Wake[] = [];
  for (const job of needsFirst(known)) {
    const request = requestFor(job, plans.get(keyOf(job)) ?? null, at);
    if (request) wakes.push(...(await applyToJob(tx, job.id, request)).wakes);
  }
  return wakes;
}

/** Those that the run has not. */
export function newJobs(known: readonly Job[], planned: readonly PlannedJob[]): PlannedJob[] {
  const there = new Set(known.map(keyOf));
  return planned.filter(job => !there.has(keyOf(job)));
}

const keyOf = ({ suite, image }: Pick<PlannedJob, 'suite' | 'image'>): string => `${image} ${suite}`;

/** What the plan means for a job; null: nothing. */
function requestFor(job: Job, planned: PlannedJob | null, at: Instant): JobRequest | null {
  if (!planned) return withoutPlan(job, at);
  const { state } = planned;
  if (state.status !== 'settled') return { type: 'asked-for', at };
  const { byPlan, message, refusal = refusedFor('plan-refused') } = state;
  return byPlan ? { type: 'ruled-out', at, message, byPlan } : { type: 'unplaceable', at, message, refusal };
}

/** Its image may be gone, which says nothing of the base; but what only a plan has said is not so any more. */
function withoutPlan({ state }: Job, at: Instant): JobRequest | null {
  const isPlansOnly =
    (state.status === 'settled' && state.byPlan !== undefined) ||
    (state.status === 'blocked' && state.on === 'plan');
  if (!isPlansOnly) return null;
  return { type: 'ruled-out', at, message: 'no base of the commit asks for it', byPlan: 'out-of-scope' };
}
