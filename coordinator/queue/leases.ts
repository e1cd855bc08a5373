/**
 * Ends attempts whose machine will not end them: the machine is gone, the lease ran out, or a phase passed its deadline.
 * Pure decision (`whyOver`) apart from the shell that seals the log and applies the loss.
 */
import type { AttemptId, HostId, Instant } from '#shared/ids.ts';
import { isOccupied, type OccupiedJob } from '#shared/job.ts';
import { limits } from '#shared/limits.ts';
import type { MachineState } from '#shared/machine.ts';
import type { Ages } from '../ground/ages.ts';
import type { Wake } from '../ground/wake.ts';
import { type Job, listOccupiedJobs } from '../store/jobs.ts';
import { findMachine } from '../store/machines.ts';
import { assertRole, type Role } from '../store/roles.ts';
import type { Store } from '../store/store.ts';
import type { EndedLog, Jobs } from './jobs.ts';
import type { LeaseClock } from './lease-clock.ts';

/** What the coordinator has heard: whether the lease ran out, and whether it was there to hear all that was said. */
export type Hearing = { isLeaseOver: boolean; isAttentive: boolean };

/** Why the attempt is over although its machine did not say so, its job being as it is for `ageMs`; null while it may go on. */
export function whyOver(
  job: OccupiedJob,
  deadlineMs: number,
  machine: MachineState | null,
  { isLeaseOver, isAttentive }: Hearing,
  ageMs: number,
): string | null {
  if (!machine || machine.status === 'gone')
    return `the machine was lost: ${machine?.status === 'gone' ? machine.reason : 'it is unknown'}`;
  if (machine.status === 'retiring' && job.status !== 'cancelling')
    return `the machine was taken away: ${machine.reason}`;
  if (isLeaseOver) return `the machine has not reported for ${limits.leaseMs / 1_000} s`;
  // A machine that could not reach us must get the time to say what it has to say.
  if (!isAttentive) return null;
  if (job.status === 'cancelling' && ageMs > limits.cancelDeadlineMs)
    return 'the machine did not confirm the cancellation';
  if (job.status === 'finishing' && ageMs > limits.finishingDeadlineMs)
    return 'the log or the uploads were not complete in time';
  // The agent enforces the deadline itself; this is for one that cannot.
  if (job.status === 'leased' && ageMs > deadlineMs + limits.finishingDeadlineMs)
    return 'the attempt is past its deadline and its machine did not end it';
  return null;
}

export type LeaseParts = {
  store: Store;
  jobs: Jobs;
  role: Role;
  clock: LeaseClock;
  ages: Ages;
  /** Closes a log for further bytes and says how much there is. Safe to repeat. */
  sealPartial(attempt: AttemptId, reason: string): Promise<EndedLog>;
  /** An attempt was lost on this host. */
  onLost(host: HostId): void;
  now: () => Instant;
};

/** One tick over everything that holds a machine. */
export async function reapLeases(parts: LeaseParts): Promise<Wake[]> {
  parts.clock.tick();
  const wakes: Wake[] = [];
  const occupied = await listOccupiedJobs(parts.store.read);
  const ages = parts.ages(
    occupied.flatMap(({ id, state }) => (isOccupied(state) ? { id, since: sinceOf(state) } : [])),
  );
  for (const job of occupied) {
    const message = await whyJobIsOver(parts, job, ages.get(job.id) ?? 0);
    if (message) wakes.push(...(await loseAttempt(parts, job, message)));
  }
  return wakes;
}

const sinceOf = (job: OccupiedJob): Instant => (job.status === 'leased' ? job.leasedAt : job.since);

async function whyJobIsOver({ store, clock }: LeaseParts, job: Job, ageMs: number): Promise<string | null> {
  if (!isOccupied(job.state)) return null;
  const machine = await findMachine(store.read, job.state.machine);
  return whyOver(
    job.state,
    job.definition.deadlineMs,
    machine?.state ?? null,
    { isLeaseOver: clock.isOver(job.state.attempt), isAttentive: clock.isAttentive() },
    ageMs,
  );
}

async function loseAttempt(
  { store, jobs, role, clock, sealPartial, onLost, now }: LeaseParts,
  job: Job,
  message: string,
): Promise<Wake[]> {
  if (!isOccupied(job.state)) return [];
  const { attempt, lastAttempt } = job.state;
  const log = await sealPartial(attempt, message);
  const transition = await store.write(async tx => {
    await assertRole(tx, role);
    return jobs.apply(tx, job.id, { type: 'attempt-lost', at: now(), number: lastAttempt, message }, log);
  });
  clock.forget(attempt);
  if (!('rejected' in transition)) onLost(job.state.host);
  return transition.wakes;
}
