import * as z from 'zod';
import { instant, sha256 } from './ids.ts';
import { attemptEnd } from './job.ts';

/**
 * A point in a log that is not bytes of it. `seq` counts from 0 within the attempt; marks with a `seq` already stored are
 * repeats. `offset` is the log offset at which it holds.
 */
export const mark = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('step-started'),
    seq: z.number().int().nonnegative(),
    at: instant,
    offset: z.number().int().nonnegative(),
    step: z.number().int().nonnegative(),
  }),
  z.object({
    type: z.literal('step-ended'),
    seq: z.number().int().nonnegative(),
    at: instant,
    offset: z.number().int().nonnegative(),
    step: z.number().int().nonnegative(),
    exitCode: z.number().int().nullable(),
    signal: z.string().max(16).optional(),
    /** Bytes that came after the step's drain had ended: counted, not stored. */
    lateBytes: z.number().int().nonnegative(),
  }),
]);
export type Mark = z.infer<typeof mark>;

/** A stored log is proved complete by the digest the agent computed, or says how much there is and why no more. */
export const logSeal = z.discriminatedUnion('state', [
  z.object({
    state: z.literal('complete'),
    bytes: z.number().int().nonnegative(),
    lines: z.number().int().nonnegative(),
    sha256,
  }),
  z.object({ state: z.literal('partial'), bytes: z.number().int().nonnegative(), reason: z.string() }),
]);
export type LogSeal = z.infer<typeof logSeal>;

/** What the agent is busy with; shown live and kept as the phase bar. */
export const attemptPhase = z.enum(['starting', 'source', 'steps', 'uploads', 'reporting']);
export type AttemptPhase = z.infer<typeof attemptPhase>;

export const attemptState = z.discriminatedUnion('status', [
  z.object({ status: z.literal('running'), phase: attemptPhase }),
  z.object({ status: z.literal('ended'), at: instant, end: attemptEnd, log: logSeal }),
]);
export type AttemptState = z.infer<typeof attemptState>;

/** When each phase began, as far as it did: queue, boot, source, steps, uploads, end. Coordinator's clock. */
export const attemptTimes = z.object({
  queuedAt: instant,
  leasedAt: instant,
  sourceAt: instant.nullable(),
  stepsAt: instant.nullable(),
  uploadsAt: instant.nullable(),
  endedAt: instant.nullable(),
});
export type AttemptTimes = z.infer<typeof attemptTimes>;
