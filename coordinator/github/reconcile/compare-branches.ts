/**
 * Where configured branches stand × what has landed on them → pushes that nobody has told of. Pure. What stood on a branch
 * when it was first looked at landed before anybody watched: it is noted, and nothing runs for it. A branch that was forced
 * back to something that has landed before has nothing new, and neither has one that is gone.
 */

import type { CommitSha } from '#shared/ids.ts';
import { shortCommit } from '#shared/short-commit.ts';
import type { DeliveredRepository, DeliveryIntent } from '../delivery-intent.ts';
import type { ShownBranch } from '../forge-reads.ts';

export type BranchFacts = {
  repository: DeliveredRepository;
  branch: string;
  /** Where it stood at the last look, or else what landed there last; null: it is looked at for the first time. */
  known: CommitSha | null;
  /** Null: it is gone. */
  shown: ShownBranch | null;
  /** Whether the commit that it shows has a run as something that has landed. */
  hasLanded: boolean;
};

export type BranchRepair = {
  kind: 'lost-push';
  branch: string;
  sentence: string;
  intent: Extract<DeliveryIntent, { type: 'push' }>;
};

export function compareBranch({
  repository,
  branch,
  known,
  shown,
  hasLanded,
}: BranchFacts): BranchRepair | null {
  if (!shown || known === null || shown.sha === known || hasLanded) return null;
  const { sha, title, author } = shown;
  return {
    kind: 'lost-push',
    branch,
    sentence: `${branch} has moved from ${shortCommit(known)} to ${shortCommit(sha)}, and nothing had told so`,
    intent: {
      type: 'push',
      repository,
      branch,
      before: known,
      after: sha,
      commits: [],
      isCreated: false,
      isForced: false,
      pusher: author,
      headTitle: title,
    },
  };
}
