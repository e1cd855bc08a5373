/** HTTP schemas of the queue: which jobs wait, what binds them, and what lets them go on. `paddock queue --json` prints it. */
import * as z from 'zod';
import { commitSha, instant, jobId, runId } from './ids.ts';
import { limits } from './limits.ts';
import { poolLimit } from './pool.ts';
import { runPurpose } from './run.ts';
import type { WaitKind } from './wait-kind.ts';

/** What keeps a waiting job from beginning; in the order in which a page shows them: what needs a person comes first. */
export const binding = z.enum([
  'approval',
  'unknown-image',
  'not-isolated',
  'image-disabled',
  'pool-paused',
  'no-host',
  'hosts-draining',
  'not-starting',
  'no-room',
  'settling',
  'all-busy',
  'fetching',
  'booting',
  'requested',
  'next',
  'needs',
  'plan',
] satisfies (Exclude<WaitKind, 'behind'> | 'approval' | 'needs' | 'plan')[]);
export type Binding = z.infer<typeof binding>;

const command = { command: z.string() };

/** What somebody who may can do about it, with the command that does the same. */
export const remedy = z.discriminatedUnion('type', [
  /** Each commit by itself: the button is beside its jobs. */
  z.object({ type: z.literal('approve'), ...command }),
  /** `effect`: what the planner would do at once, in a sentence. */
  z.object({
    type: z.literal('scale-pool'),
    image: z.string(),
    max: z.number().int(),
    effect: z.string().nullable(),
    ...command,
  }),
  z.object({ type: z.literal('resume-pool'), image: z.string(), ...command }),
  z.object({ type: z.literal('enable-image'), image: z.string(), ...command }),
  z.object({ type: z.literal('resume-host'), host: z.string(), ...command }),
  z.object({ type: z.literal('add-host'), ...command }),
]);
export type Remedy = z.infer<typeof remedy>;

export const queuedJob = z.object({
  id: jobId,
  run: runId,
  repository: z.string(),
  number: z.number().int(),
  commit: commitSha,
  title: z.string(),
  purpose: runPurpose,
  ref: z.string(),
  /** The pull request's number. */
  change: z.number().int().nullable(),
  suite: z.string(),
  image: z.string(),
  /** It waits since then; of one that was lost, since it waits again. */
  since: instant,
  /** Among all that wait for its image, whoever may see them, as its status says it; null: it is not in line. */
  place: z.number().int().positive().nullable(),
  /** Until its turn, from the history of its image; null: there is none, or it does not depend on that. */
  etaMs: z.number().int().nonnegative().nullable(),
  /** The sentence of its status, as the page of the job shows it. */
  text: z.string(),
  /** Whether whoever asks may let its commit run. */
  mayApprove: z.boolean(),
});
export type QueuedJob = z.infer<typeof queuedJob>;

const count = z.number().int().nonnegative();

export const queueGroup = z.object({
  /** Names the group in a question for more of it. */
  key: z.string(),
  binding,
  /** Null: it is the same for every image. */
  image: z.string().nullable(),
  /** What the planner is short of, where that is what binds. */
  limit: poolLimit.nullable(),
  /** One sentence that is true of all its jobs. */
  text: z.string(),
  /** Jobs that the reader may see. */
  count,
  oldestAt: instant,
  /** Null: nothing is to be done, or not by whoever asks. */
  remedy: remedy.nullable(),
  /** The first of them, in the order in which they go. */
  jobs: z.array(queuedJob),
});
export type QueueGroup = z.infer<typeof queueGroup>;

/** Every number in it counts what the reader may see, and nothing else; but for a place in line. */
export const queueView = z.object({
  count,
  /** Null: nothing waits. */
  oldestAt: instant.nullable(),
  /** More wait than one look reads: the numbers are the least there are. */
  isCut: z.boolean(),
  groups: z.array(queueGroup),
  /** Pull requests that are asked to be merged and are not under way yet. */
  merging: z.object({ count, oldestAt: instant }).nullable(),
});
export type QueueView = z.infer<typeof queueView>;

/** `GET /api/v1/queue`. With `group` only that one; `max` jobs of each. */
export const queueQuery = z.strictObject({
  max: z.coerce.number().int().min(0).max(limits.queueGroupJobs).default(10),
  group: z.string().max(200).optional(),
  repository: z.string().max(200).optional(),
  image: z.string().max(200).optional(),
});
export type QueueQuery = z.infer<typeof queueQuery>;
