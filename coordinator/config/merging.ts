/** `repositories[].merge`: whether Paddock merges what is ready, and how. */
import * as z from 'zod';
import { limits } from '#shared/limits.ts';
import { mergeMethod } from '#shared/merging.ts';

/** GitHub's labels have at most 50 characters. */
const label = z.string().min(1).max(50);

const queue = z.strictObject({
  'max-batch': z
    .int()
    .min(1)
    .max(limits.mergeBatch)
    .default(8)
    .describe('so many pull requests are tested together; one that fails costs some four more runs'),
  depth: z
    .int()
    .min(1)
    .max(limits.mergeDepth)
    .default(2)
    .describe('so many batches are tested at once, each on what the one before it makes of the branch'),
  committer: z
    .string()
    .regex(/^[^<>\n]+ <[^<>\s]+@[^<>\s]+>$/, 'expected Name <address>')
    .default('Paddock <paddock@localhost>')
    .describe('who commits what the queue makes'),
});

export const mergeConfig = z
  .strictObject({
    method: mergeMethod.default('merge').describe('how a pull request becomes part of its base branch'),
    label: label
      .optional()
      .describe('asks for a merge; without it only `paddock merge`, the API and comments do'),
    'blocking-labels': z.array(label).default([]).describe('with any of these nothing is merged'),
    approvals: z
      .int()
      .min(0)
      .max(10)
      .default(1)
      .describe(
        'reviews of its very head that approve, by people who may write; one of a fork needs one at least',
      ),
    queue: queue
      .optional()
      .describe('tests what the base branch becomes before it does; without it GitHub merges'),
  })
  .refine(({ queue, method }) => !queue || method !== 'rebase', {
    error:
      'the merge queue makes merge commits or squashes; with `method: rebase` leave `queue` out and let GitHub rebase',
    path: ['method'],
  });
