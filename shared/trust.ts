/**
 * Two notions that are kept apart. `isTrusted`: pushed by somebody with write access to the repository itself; only such a
 * commit gets secrets. `admission`: whether the commit of a fork runs at once or waits for an approval; it never makes one
 * trusted.
 */

import * as z from 'zod';
import { commitSha, instant } from './ids.ts';
import { shortCommit } from './short-commit.ts';

export const admission = z.object({
  runsAtOnce: z.boolean(),
  /** A sentence without its end, as in "octocat is a COLLABORATOR". */
  why: z.string(),
});
export type Admission = z.infer<typeof admission>;

/** Who let a commit run, as people read it. */
export const approvalView = z.object({ commit: commitSha, by: z.string(), at: instant });
export type ApprovalView = z.infer<typeof approvalView>;

/** What a run is trusted with, and why. */
export const trustView = admission.extend({
  isTrusted: z.boolean(),
  /** Oldest first. */
  approvals: z.array(approvalView),
});
export type TrustView = z.infer<typeof trustView>;

/** In one line; of a trusted run too. Who has approved it stands beside that. */
export function trustText({ isTrusted, runsAtOnce, why, approvals }: TrustView): string {
  if (isTrusted) return `trusted: ${why}`;
  if (runsAtOnce) return `runs at once, without secrets: ${why}`;
  return approvals.length > 0 ? `approved, runs without secrets: ${why}` : `waits for an approval: ${why}`;
}

export const approvalText = ({ commit, by }: Pick<ApprovalView, 'commit' | 'by'>): string =>
  `${shortCommit(commit)} was approved by ${by}`;
