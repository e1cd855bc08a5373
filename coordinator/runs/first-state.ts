/** How a planned job begins. Pure. */
import type { Instant } from '#shared/ids.ts';
import type { JobState } from '#shared/job.ts';
import { refusedFor } from '#shared/refusals/work.ts';
import type { OnMergeJob } from '#shared/suite-file.ts';
import { unplaceableText } from '#shared/words.ts';

export type FirstFacts = {
  fullName: string;
  isTrusted: boolean;
  /** Whether it may run without an approval. */
  runsAtOnce: boolean;
  /** Names of images of which no machine has anything around it. */
  neverIsolated: ReadonlySet<string>;
};

/**
 * An untrusted job on an image that isolates nothing ends before it begins: there is nothing that it could wait for, and a
 * required one would hold its pull request for ever without a word. Otherwise it waits for an approval unless it needs none,
 * and for its suites then.
 */
export function firstState(
  image: string,
  needs: readonly string[],
  { fullName, isTrusted, runsAtOnce, neverIsolated }: FirstFacts,
  at: Instant,
): JobState {
  const facts = {
    kind: 'repeatable',
    lastAttempt: 0,
    retries: 0,
    ...(runsAtOnce && !isTrusted ? { approvedAt: at } : {}),
  } as const;
  if (!isTrusted && neverIsolated.has(image)) {
    const why = { message: unplaceableText(image, fullName), refusal: refusedFor('not-isolated') };
    return { status: 'settled', outcome: 'errored', ...why, settledAt: at, attempt: null, ...facts };
  }
  if (!runsAtOnce) return { status: 'blocked', on: 'approval', ...facts };
  if (needs.length > 0) return { status: 'blocked', on: 'needs', ...facts };
  return { status: 'queued', queuedAt: at, avoid: null, ...facts };
}

/** It waits for the suites it needs. */
export const waitingState = ({ kind = 'repeatable' }: Pick<OnMergeJob, 'kind'>): JobState => ({
  status: 'blocked',
  on: 'needs',
  kind,
  lastAttempt: 0,
  retries: 0,
});
