/** Bounds of merging and of the merge queue. */
import { minute, second } from './units.ts';

export const mergingLimits = {
  /** A batch of the merge queue is run again so often when only infrastructure failed; then its entries wait a while. */
  mergeReruns: 2,
  mergePauseMs: 10 * minute,
  /** A push to a base branch that is refused is tried again so often, with back-off: half an hour for an admin to mend it. */
  mergePushTries: 10,
  /** Entries of one base branch; one more is refused with a sentence. */
  mergeEntries: 500,
  /** The largest batch that may be configured: a failing one costs some four more runs for each bad entry. */
  mergeBatch: 50,
  /** Batches that may be tested at once, each on top of the one before: what is built on five is seldom what lands. */
  mergeDepth: 6,
  /** What GitHub says of a pull request that is to be merged is asked again after this, and so many at once. */
  mergeLookMs: 5 * minute,
  mergeLooksAtOnce: 10,
  /** After the forge could not be asked about one, or a base branch could not be reached. */
  mergeAgainMs: 30 * second,
  /** What could not be done now is looked at again after this at the earliest. */
  mergeLookFirstMs: 1 * second,
  /** Every entry is looked at after this; before, only those of which something was heard. A start looks at all of them. */
  mergePassMs: 10 * minute,
  /** Whether somebody else has pushed to a base branch is asked this often while something is tested for it. */
  mergeBaseLookMs: 1 * minute,
  /** Pages of 100 reviews of one pull request that are read. */
  reviewPages: 10,
  /** Paths of a conflict that a message names. */
  conflictPaths: 5,
  /** Landed, ejected and withdrawn entries, and batches, that the page of the merge queue shows. */
  mergeHistory: 50,
} as const;
