import * as z from 'zod';
import {
  type AttemptId,
  attemptId,
  type HostId,
  hostId,
  type Instant,
  instant,
  type MachineId,
  machineId,
} from './ids.ts';
import { type WorkRefusal, workRefusal } from './refusals/work.ts';

/**
 * `repeatable`: an attempt runs on through outages up to its deadline; a lost one is tried again.
 * `once` (deploy, publish): starts only with a live renewal, kills itself in silence, is never repeated by itself.
 */
export const jobKind = z.enum(['repeatable', 'once']);

export const outcome = z.enum([
  'passed',
  'failed',
  'errored',
  'cancelled',
  'superseded',
  'timed-out',
  'skipped',
]);
export type Outcome = z.infer<typeof outcome>;

/**
 * The end of one attempt: its verdict (the suite's word) or why there is none (never the author's fault). The first
 * reason wins; whatever comes later is detail.
 */
export const attemptEnd = z.discriminatedUnion('reason', [
  /** Every step ran or one failed; `exitCode` is that of the last step that ran, null when a signal ended it. */
  z.object({
    reason: z.literal('exited'),
    exitCode: z.number().int().nullable(),
    signal: z.string().max(16).optional(),
    step: z.number().int().nonnegative(),
    message: z.string().max(2_000),
  }),
  z.object({
    reason: z.literal('timed-out'),
    limit: z.enum(['total', 'idle', 'deadline']),
    step: z.number().int().nonnegative(),
    message: z.string().max(2_000),
  }),
  z.object({ reason: z.enum(['cancelled', 'superseded']), message: z.string().max(2_000) }),
  z.object({ reason: z.literal('lost'), message: z.string().max(2_000) }),
  /** `permanent`: trying again cannot help (no such commit, artifact pattern matches nothing, log over its bound). */
  z.object({ reason: z.literal('setup-failed'), permanent: z.boolean(), message: z.string().max(2_000) }),
]);
export type AttemptEnd = z.infer<typeof attemptEnd>;

/** What the end of an attempt means for its job, retries aside. */
export function outcomeOf(end: AttemptEnd): Outcome {
  switch (end.reason) {
    case 'exited':
      return end.exitCode === 0 ? 'passed' : 'failed';
    case 'timed-out':
      return 'timed-out';
    case 'cancelled':
    case 'superseded':
      return end.reason;
    case 'lost':
    case 'setup-failed':
      return 'errored';
  }
}

/** Facts that every state carries: they outlive the phases. */
const facts = {
  kind: jobKind,
  /** Number of the newest attempt, 0 before the first. It is the fence: a message about a lower one is stale. */
  lastAttempt: z.number().int().nonnegative(),
  /** How often infrastructure failed and Paddock tried again by itself. */
  retries: z.number().int().nonnegative(),
  /** When somebody let this untrusted job run; it holds through every re-run. */
  approvedAt: instant.optional(),
};

const occupied = { attempt: attemptId, machine: machineId, host: hostId };

export const jobState = z.discriminatedUnion('status', [
  /** On `plan`: it was not asked for, and its commit is being planned for another base. */
  z.object({ status: z.literal('blocked'), on: z.enum(['needs', 'approval', 'plan']), ...facts }),
  /** `avoid` is the host that lost the last attempt: another one is preferred. */
  z.object({ status: z.literal('queued'), queuedAt: instant, avoid: hostId.nullable(), ...facts }),
  z.object({ status: z.literal('leased'), leasedAt: instant, ...occupied, ...facts }),
  /** The machine was told to stop; its report, its death or a deadline ends this. */
  z.object({
    status: z.literal('cancelling'),
    reason: z.enum(['cancelled', 'superseded']),
    message: z.string(),
    since: instant,
    ...occupied,
    ...facts,
  }),
  /** The steps are over; log and uploads are being completed and verified. The lease still runs. */
  z.object({ status: z.literal('finishing'), since: instant, ...occupied, ...facts }),
  z.object({
    status: z.literal('settled'),
    outcome,
    message: z.string(),
    settledAt: instant,
    /** The attempt that decided; null when none was made (skipped, cancelled in the queue). */
    attempt: attemptId.nullable(),
    /**
     * The plan of its run settled it. `out-of-scope`: nothing of it is asked of this commit. `left-out`: the base requires
     * it, and the commit's own suite file has it no more.
     */
    byPlan: z.enum(['out-of-scope', 'left-out']).optional(),
    /** Paddock did not run it; what a suite said of itself is none. */
    refusal: workRefusal.optional(),
    ...facts,
  }),
]);
export type JobState = z.infer<typeof jobState>;

export type OccupiedJob = Extract<JobState, { attempt: AttemptId; machine: MachineId }>;

export type JobEvent =
  /** `waitsFor`: suites that it needs are not through; else null. */
  | { type: 'approved'; at: Instant; waitsFor: 'needs' | null }
  | { type: 'needs-passed'; at: Instant }
  | { type: 'needs-failed'; at: Instant; message: string }
  /** No machine may take it: an untrusted job whose image isolates nothing any more. */
  | { type: 'unplaceable'; at: Instant; message: string; refusal: WorkRefusal }
  | { type: 'leased'; at: Instant; attempt: AttemptId; machine: MachineId; host: HostId }
  | { type: 'steps-ended'; at: Instant; number: number }
  /** `refusal`: the attempt was ended without having been begun. */
  | { type: 'finished'; at: Instant; number: number; end: AttemptEnd; refusal?: WorkRefusal }
  | { type: 'attempt-lost'; at: Instant; number: number; message: string }
  | { type: 'cancel-requested'; at: Instant; reason: 'cancelled' | 'superseded'; message: string }
  /** `waitsFor`: nobody has approved this untrusted commit yet, or the suites it needs are not through; else null. */
  | { type: 'rerun-requested'; at: Instant; waitsFor: 'approval' | 'needs' | null }
  /** Its commit has another base: what was not asked for may be now. */
  | { type: 'plan-reopened'; at: Instant }
  /** A later plan asks for it; `waitsFor` as with a re-run. */
  | { type: 'asked-for'; at: Instant; waitsFor: 'approval' | 'needs' | null }
  /** A later plan does not ask for it, or misses it in the commit's own suite file. */
  | { type: 'ruled-out'; at: Instant; message: string; byPlan: 'out-of-scope' | 'left-out' };

/** What callers say; what an approved or repeated job has to wait for is for the shell of the jobs to judge. */
export type JobRequest =
  | Exclude<JobEvent, { type: 'approved' | 'rerun-requested' | 'asked-for' }>
  | { type: 'approved' | 'rerun-requested' | 'asked-for'; at: Instant };

export type JobEffect =
  /** Write the commit status anew: the phase changed. */
  | { type: 'publish-status' }
  /** The attempt is over, with this end; its log is sealed complete or partial by the shell. */
  | { type: 'end-attempt'; attempt: AttemptId; end: AttemptEnd }
  | {
      type: 'cancel-attempt';
      attempt: AttemptId;
      machine: MachineId;
      number: number;
      reason: 'cancelled' | 'superseded';
    }
  | { type: 'release-machine'; machine: MachineId; attempt: AttemptId }
  | { type: 'wake-scheduler' }
  /** Jobs that need this one may move. */
  | { type: 'tell-dependents'; outcome: Outcome };

/** Skipped because nothing of it is asked of the commit: nobody waits for it, and nothing is wrong. */
export const isOutOfScope = (state: JobState): boolean =>
  state.status === 'settled' && state.byPlan === 'out-of-scope';

/** What waits for the job may go on. */
export const isSatisfied = (state: JobState): boolean =>
  (state.status === 'settled' && state.outcome === 'passed') || isOutOfScope(state);

/** Whether the job holds a machine. */
export const isOccupied = (state: JobState): state is OccupiedJob => 'machine' in state;
