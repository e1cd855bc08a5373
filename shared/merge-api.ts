/** HTTP schemas of merging: what is asked to be merged, what is tested with what, and what became of it. */
import * as z from 'zod';
import { commitSha, instant, mergeBatchId, mergeEntryId, runId } from './ids.ts';
import { mergeAsk } from './merging.ts';

export const mergeEntryView = z.object({
  id: mergeEntryId,
  repository: z.string(),
  number: z.number().int(),
  title: z.string(),
  author: z.string(),
  baseRef: z.string(),
  headSha: commitSha,
  status: z.enum(['waiting', 'in-batch', 'testing', 'landing', 'landed', 'ejected', 'withdrawn']),
  /** How it stands and why, in the words of its status on GitHub. */
  sentence: z.string(),
  /** 1 is next; null: it is not in line. */
  place: z.number().int().nullable(),
  priority: z.number().int(),
  ask: mergeAsk,
  askedAt: instant,
  /** With which it is tested or lands; null: with none, or not now. */
  batch: mergeBatchId.nullable(),
  /** The run that tests it with others, or that has shown why it was ejected. */
  run: runId.nullable(),
});
export type MergeEntryView = z.infer<typeof mergeEntryView>;

export const mergeBatchView = z.object({
  id: mergeBatchId,
  repository: z.string(),
  baseRef: z.string(),
  baseSha: commitSha,
  commit: commitSha,
  /** Of the pull requests, in the order in which they are merged. */
  numbers: z.array(z.number().int()),
  /** Of those that land before it: it is tested on top of them. */
  after: z.array(z.number().int()),
  /** `passed` and `doubtful` (failed): what is before it has still to land. */
  status: z.enum(['testing', 'passed', 'doubtful', 'landing', 'landed', 'failed', 'abandoned']),
  message: z.string().nullable(),
  run: runId,
  createdAt: instant,
});
export type MergeBatchView = z.infer<typeof mergeBatchView>;

export const mergingView = z.object({
  /** Not over yet: those under way first, then the line, then those that something stands against. */
  entries: z.array(mergeEntryView),
  /** The newest that are over, and the newest batches. */
  ended: z.array(mergeEntryView),
  batches: z.array(mergeBatchView),
  /** Base branches that pause, and why. */
  pauses: z.array(
    z.object({ repository: z.string(), baseRef: z.string(), message: z.string(), until: instant }),
  ),
});
export type MergingView = z.infer<typeof mergingView>;

/** `GET /api/v1/runs/<id>/merge`: what whoever may merge can do from this run of a pull request. */
export const mergeStanding = z.object({
  /** Null: nothing is merged from here: no merging is configured, it is over, or another commit is the head. */
  verb: z.enum(['merge', 'withdraw']).nullable(),
  /** How it stands where it is asked for. */
  sentence: z.string().nullable(),
});
export type MergeStanding = z.infer<typeof mergeStanding>;

const pull = { repository: z.string().max(200), number: z.int().positive() };

/** `POST /api/v1/merges`: merge this pull request at the head that Paddock knows, once nothing stands against it. */
export const askMerge = z.strictObject({ ...pull, priority: z.int().min(-100).max(100).optional() });

/** `POST /api/v1/merges/withdraw` */
export const withdrawMerge = z.strictObject(pull);
