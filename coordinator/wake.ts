/**
 * What a committed change hastens. Every loop derives its work from the store, so a wake-up that is lost costs latency,
 * never correctness. Features return wake-ups with their result; the root performs them after the commit.
 */
import type { AttemptId, HostId, JobId, MachineId, RunId } from '#shared/ids.ts';
import type { Attempt } from './store/attempts.ts';
import type { Job } from './store/jobs.ts';
import type { Machine } from './store/machines.ts';

export type Wake =
  | { type: 'intake' }
  | { type: 'preparation' }
  | { type: 'scheduler' }
  | { type: 'leases' }
  | { type: 'fleet' }
  | { type: 'outbox' }
  /** Push its desired state to a machine or host now instead of with its next renewal. */
  | { type: 'push-machine'; machine: MachineId; lease?: Lease }
  | { type: 'push-host'; host: HostId }
  /** A log has ended with its attempt: it may be sealed. */
  | { type: 'log-ended'; attempt: AttemptId }
  /** Somebody may be looking at this. */
  | { type: 'changed'; run: RunId; job?: JobId };

/** What a machine has just been given, as the transaction left it: nobody has to read that again to tell the machine. */
export type Lease = { attempt: Attempt; job: Job; machine: Machine };

/** Hands over wake-ups for after the commit. */
export type WakeUp = (wakes: Wake[]) => void;
