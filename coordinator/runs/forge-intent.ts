/** What a delivery asks for, in this house's words. The forge's reader answers with exactly this. */
import type { CommitSha, Instant } from '#shared/ids.ts';

export type ForgeRepository = {
  fullName: string;
  cloneUrl: string;
  isPrivate: boolean;
  defaultBranch: string;
};

export type PullFacts = {
  repository: ForgeRepository;
  number: number;
  title: string;
  author: string;
  /** The forge's number of the author's account; null when it is gone. */
  authorId: number | null;
  /** What the author is to the repository, in the forge's words. */
  association: string | null;
  headSha: CommitSha;
  headRef: string;
  baseRef: string;
  baseSha: CommitSha;
  isFork: boolean;
  /** All that it has; null where nobody has said. */
  labels: readonly string[] | null;
  updatedAt: Instant;
};

export type ForgeIntent =
  | { type: 'ping' }
  /** It is seen by others from now on. */
  | { type: 'visibility-changed'; repository: ForgeRepository }
  /** Somebody (null: anybody) may do something else there; `isLess`: perhaps less than before. */
  | {
      type: 'roles-changed';
      /** The number of the account. */
      who: number | null;
      place: { repository: string } | { owner: string };
      isLess: boolean;
    }
  | (PullFacts & {
      type: 'pull-changed';
      before: CommitSha | null;
      /** Who brought this head; null where nobody has said. */
      pushedBy: string | null;
    })
  | (PullFacts & { type: 'pull-closed'; merged: { mergeSha: CommitSha } | null })
  | {
      type: 'push';
      repository: ForgeRepository;
      branch: string;
      before: CommitSha | null;
      after: CommitSha;
      /** In order, oldest first. */
      commits: CommitSha[];
      /** First line of the head commit's message. */
      headTitle: string;
      pusher: string;
    }
  | {
      type: 'pull-touched';
      repository: ForgeRepository;
      number: number;
      labels: string[] | null;
      /** The label that was set just now; null where something else has changed. */
      labeled: string | null;
      by: string;
    }
  | {
      type: 'rerun-requested';
      repository: ForgeRepository;
      headSha: CommitSha;
      /** Null: all of ours on that commit. */
      check: { name: string; externalId: string | null } | null;
      /** Who asked, where the event tells. */
      by: string | null;
    }
  | {
      type: 'button-pressed';
      repository: ForgeRepository;
      headSha: CommitSha;
      /** What its check is called by us: the id of a run. */
      externalId: string | null;
      button: string;
      /** An account of the forge. */
      by: string;
    }
  | {
      type: 'merge-group';
      repository: ForgeRepository;
      headSha: CommitSha;
      headRef: string;
      baseRef: string;
      baseSha: CommitSha;
      title: string;
      author: string;
    }
  | {
      type: 'merge-group-ended';
      repository: ForgeRepository;
      headSha: CommitSha;
      baseRef: string;
      why: string;
    }
  | {
      type: 'commented';
      repository: ForgeRepository;
      /** Of the pull request. */
      number: number;
      comment: {
        id: number;
        author: string;
        authorId: number;
        body: string;
        /** The forge's clock, in whole seconds. */
        createdAt: Instant;
      };
    }
  | { type: 'not-acted-on'; why: string }
  | { type: 'malformed'; message: string };

export type RolesChanged = Extract<ForgeIntent, { type: 'roles-changed' }>;
export type PullChanged = Extract<ForgeIntent, { type: 'pull-changed' }>;
export type PullClosed = Extract<ForgeIntent, { type: 'pull-closed' }>;
export type Push = Extract<ForgeIntent, { type: 'push' }>;
export type PullTouched = Extract<ForgeIntent, { type: 'pull-touched' }>;
export type MergeGroup = Extract<ForgeIntent, { type: 'merge-group' }>;
export type MergeGroupEnded = Extract<ForgeIntent, { type: 'merge-group-ended' }>;
export type Commented = Extract<ForgeIntent, { type: 'commented' }>;
export type RerunRequested = Extract<ForgeIntent, { type: 'rerun-requested' }>;
export type ButtonPressed = Extract<ForgeIntent, { type: 'button-pressed' }>;
