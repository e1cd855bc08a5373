/** Merging: a change that somebody asked to be merged is an entry; entries that are tested together are a batch. */
import * as z from 'zod';
import {
  commitSha,
  type Instant,
  instant,
  type MergeBatchId,
  mergeBatchId,
  type RunId,
  runId,
} from './ids.ts';

/** `rebase` is GitHub's to do: a queue of our own makes merge commits or squashes. */
export const mergeMethod = z.enum(['merge', 'squash', 'rebase']);
export type MergeMethod = z.infer<typeof mergeMethod>;

/** Who asked, and how. */
export const mergeAsk = z.object({
  way: z.enum(['label', 'api', 'command']),
  /** A login, or null where nobody is named. */
  by: z.string().max(100).nullable(),
});
export type MergeAsk = z.infer<typeof mergeAsk>;

/** `conflict`: with its base or with what lands before it. `failed`: its merged result. `refused`: the forge will not have it. */
export const ejection = z.enum(['conflict', 'failed', 'refused', 'nothing-to-merge']);
export type Ejection = z.infer<typeof ejection>;

export const mergeEntryState = z.discriminatedUnion('status', [
  /** `why`: what stands against the merge; null when only its turn is missing. */
  z.object({ status: z.literal('waiting'), since: instant, why: z.string().nullable() }),
  /** Merged with others in the mirror; the jobs of the result are being planned. */
  z.object({ status: z.literal('in-batch'), since: instant, batch: mergeBatchId }),
  z.object({ status: z.literal('testing'), since: instant, batch: mergeBatchId }),
  /** It has passed and is on its way to the base branch; `batch` null: by GitHub's own merge, without a queue. */
  z.object({ status: z.literal('landing'), since: instant, batch: mergeBatchId.nullable() }),
  /** `isToClose`: the forge does not see for itself that it is merged (a squash of ours). */
  z.object({ status: z.literal('landed'), at: instant, commit: commitSha, isToClose: z.boolean() }),
  z.object({
    status: z.literal('ejected'),
    at: instant,
    reason: ejection,
    message: z.string(),
    /** What has shown it. */
    run: runId.nullable(),
  }),
  z.object({ status: z.literal('withdrawn'), at: instant, message: z.string() }),
]);
export type MergeEntryState = z.infer<typeof mergeEntryState>;

export type MergeEntryEvent =
  | { type: 'examined'; at: Instant; why: string | null }
  | { type: 'batched'; at: Instant; batch: MergeBatchId }
  | { type: 'test-started'; at: Instant }
  /** Its batch is no more, and it is not to blame. */
  | { type: 'released'; at: Instant }
  | { type: 'landing-started'; at: Instant }
  | { type: 'landed'; at: Instant; commit: z.infer<typeof commitSha>; isToClose: boolean }
  | { type: 'closed-on-forge'; at: Instant }
  | { type: 'ejected'; at: Instant; reason: Ejection; message: string; run: RunId | null }
  | { type: 'withdrawn'; at: Instant; message: string };

export type MergeEntryEffect =
  /** The forge is told how the entry stands now. */
  | { type: 'publish-status' }
  /** What it was tested with cannot land without it: the others are tested anew. */
  | { type: 'abandon-batch'; batch: MergeBatchId };

export const mergeBatchState = z.discriminatedUnion('status', [
  /** A run tests its commit; `reruns`: how often infrastructure failed and the same was run again. */
  z.object({ status: z.literal('testing'), run: runId, reruns: z.number().int().nonnegative() }),
  /** It lands when what it is built on has. */
  z.object({ status: z.literal('passed'), run: runId }),
  /** It has failed on top of others that have not landed: whether its own entries are to blame is known when they have. */
  z.object({ status: z.literal('doubtful'), run: runId, message: z.string() }),
  /** Passed, and first. Its commit is pushed to the base branch, from here until it is known to be there. */
  z.object({
    status: z.literal('landing'),
    run: runId,
    tries: z.number().int().nonnegative(),
    nextAt: instant,
    /** Why the last push did not do. */
    message: z.string().nullable(),
  }),
  z.object({ status: z.literal('landed'), at: instant, run: runId }),
  z.object({ status: z.literal('failed'), at: instant, run: runId, message: z.string() }),
  /** Nothing can be said of its entries: the base moved, one of them left, or the infrastructure failed. */
  z.object({ status: z.literal('abandoned'), at: instant, run: runId, message: z.string() }),
]);
export type MergeBatchState = z.infer<typeof mergeBatchState>;

/** Those of a batch that is not over. */
export const openBatchStatuses = [
  'testing',
  'passed',
  'doubtful',
  'landing',
] as const satisfies MergeBatchState['status'][];

export type MergeBatchEvent =
  | { type: 'passed'; at: Instant }
  | { type: 'failed'; at: Instant; message: string }
  /** While what it is built on has not landed. */
  | { type: 'failed-ahead'; at: Instant; message: string }
  | { type: 'landing-started'; at: Instant }
  | { type: 'infrastructure-failed'; at: Instant; message: string }
  | { type: 'abandoned'; at: Instant; message: string }
  | { type: 'push-failed'; at: Instant; retryAt: Instant | null; message: string }
  | { type: 'landed'; at: Instant };

export type MergeBatchEffect =
  | { type: 'rerun' }
  /** Jobs that are still under way tell nothing any more. */
  | { type: 'end-run'; message: string }
  | { type: 'push' }
  | { type: 'release-entries' }
  | { type: 'eject-entries'; message: string };
