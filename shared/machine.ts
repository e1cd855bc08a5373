import * as z from 'zod';
import { type AttemptId, attemptId, type Instant, instant } from './ids.ts';
import { limits } from './limits.ts';

/** `single-use`: destroyed after one attempt. `static`: a computer that stays; its workspace is cleaned per attempt. */
export const reuse = z.enum(['single-use', 'static']);

/** What separates a suite from its host. Jobs of untrusted changes are never placed on `none`. */
export const isolation = z.enum(['vm', 'user', 'none']);
export type Isolation = z.infer<typeof isolation>;

const facts = { reuse };
const ended = {
  ...facts,
  reason: z.string(),
  /** Present when it was to start, and did not: what is on its console may say why. */
  hasFailedToStart: z.literal(true).optional(),
};

export const machineState = z.discriminatedUnion('status', [
  /** The planner wants it; its host has not confirmed. */
  z.object({ status: z.literal('requested'), since: instant, ...facts }),
  /** Its host has created it; the agent has not reported in. */
  z.object({ status: z.literal('booting'), since: instant, ...facts }),
  z.object({ status: z.literal('ready'), since: instant, ...facts }),
  z.object({ status: z.literal('busy'), since: instant, attempt: attemptId, ...facts }),
  /** Its host was told to destroy it; it still counts against every limit. */
  z.object({ status: z.literal('retiring'), since: instant, ...ended }),
  z.object({ status: z.literal('gone'), at: instant, ...ended }),
]);
export type MachineState = z.infer<typeof machineState>;

export type MachineEvent =
  /** The host observes it. */
  | { type: 'created'; at: Instant }
  /** Its agent's first renewal arrived. */
  | { type: 'reported-in'; at: Instant }
  | { type: 'leased'; at: Instant; attempt: AttemptId }
  /** Its attempt is over. `hadSecrets`: it was given some, and its memory may have them yet. */
  | { type: 'released'; at: Instant; attempt: AttemptId; hadSecrets?: true }
  | ({ type: 'retire-requested' } & End)
  /** The host no longer has it. */
  | ({ type: 'observed-gone' } & End);

/** `hasFailed`: it ends because it did not start, if it has not; drained or paused it would not have failed. */
type End = { at: Instant; reason: string; hasFailed?: true };

export type MachineEffect =
  /** The host's desired set changed. */
  | { type: 'tell-host' }
  | { type: 'wake-scheduler' }
  | { type: 'lose-attempt'; attempt: AttemptId; message: string };

export const isStarting = ({ status }: MachineState): boolean =>
  status === 'requested' || status === 'booting';

export const hasFailedToStart = (state: MachineState): boolean =>
  (state.status === 'retiring' || state.status === 'gone') && state.hasFailedToStart === true;

/** Whether its console says something that nobody else can: its agent has not reported in. */
export const isConsoleWanted = (state: MachineState): boolean => isStarting(state) || hasFailedToStart(state);

/** Whether a job may still run to its deadline on a machine that is destroyed at `expiresAt`, busy or not. */
export const hasTimeForJob = (expiresAt: Instant, now: Instant): boolean =>
  expiresAt - now >= limits.jobDeadlineMs;
