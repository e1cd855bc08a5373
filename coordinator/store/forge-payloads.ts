/** What each kind of write at the forge says, as its row holds it. */
import * as z from 'zod';
import { forgeState } from '#shared/forge-status.ts';

export const statusPayload = z.object({ state: forgeState, description: z.string(), targetUrl: z.string() });
export type StatusPayload = z.infer<typeof statusPayload>;

export const checkConclusion = z.enum([
  'success',
  'failure',
  'cancelled',
  'action_required',
  'neutral',
  'skipped',
  'timed_out',
]);
export type CheckConclusion = z.infer<typeof checkConclusion>;

/**
 * How its run stood. What the check shows beyond that is worked out when it leaves: it is long, parts of it are read from
 * logs, and by then it is newer.
 */
export const checkPayload = z.discriminatedUnion('status', [
  z.object({ status: z.enum(['queued', 'in_progress']), title: z.string() }),
  z.object({
    status: z.literal('completed'),
    conclusion: checkConclusion,
    title: z.string(),
    /** How many jobs' reports had been read: with each more there is more to show, though it is called the same. */
    reports: z.number().int().positive().optional(),
  }),
]);
export type CheckPayload = z.infer<typeof checkPayload>;

/** The whole text, in Markdown; a newer one of the same context takes its place. */
export const commentPayload = z.object({ body: z.string() });
export type CommentPayload = z.infer<typeof commentPayload>;

/** GitHub's words for them. */
export const reactionPayload = z.object({
  content: z.enum(['+1', '-1', 'laugh', 'confused', 'heart', 'hooray', 'rocket', 'eyes']),
});
export type ReactionPayload = z.infer<typeof reactionPayload>;
