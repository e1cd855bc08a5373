/** What merging needs of the rest of the house. */
import type { CommitSha, Instant, RunId } from '#shared/ids.ts';
import type { MergeMethod } from '#shared/merging.ts';
import type { RunEvent } from '#shared/run.ts';
import type { Wake, WakeUp } from '../ground/wake.ts';
import type { Repository } from '../store/repositories.ts';
import type { Role } from '../store/roles.ts';
import type { Store, Tx } from '../store/store.ts';
import type { MergePolicy } from './policy.ts';
import type { PullFacts } from './why-not.ts';

/** The forge's API. All of them throw `OutsideError` when it cannot be asked. */
export type MergeForge = {
  pullForMerge(fullName: string, number: number, signal: AbortSignal): Promise<PullFacts>;
  /** Merges exactly this head, or not at all. */
  merge(
    pull: { fullName: string; number: number; head: CommitSha; method: MergeMethod },
    signal: AbortSignal,
  ): Promise<
    { type: 'merged'; commit: CommitSha } | { type: 'moved' } | { type: 'refused'; message: string }
  >;
  close(fullName: string, number: number, signal: AbortSignal): Promise<void>;
};

export type MergePart = { head: CommitSha; message: string };
export type MergedPart = { commit: CommitSha } | { conflict: string[] } | { isEmpty: true };

/** The mirror, and the forge's git behind it. All of them throw `OutsideError` when that fails. */
export type MergeGit = {
  /** Null when there is no such branch. */
  tip(repository: Repository, branch: string, signal: AbortSignal): Promise<CommitSha | null>;
  /** Afterwards the commit is in the mirror. `ref` is where the forge has it. */
  fetch(repository: Repository, commit: CommitSha, ref: string, signal: AbortSignal): Promise<void>;
  /** What the base becomes; of each part, in order, the branch with it or why it was left out. It stays when `keep` says so. */
  merge(
    repository: Repository,
    plan: {
      base: CommitSha;
      parts: readonly MergePart[];
      method: 'merge' | 'squash';
      committer: { name: string; email: string };
      at: Instant;
    },
    signal: AbortSignal,
  ): Promise<MergedPart[]>;
  /** Moves the branch if it still is where it was; `moved`: it is not. */
  push(
    repository: Repository,
    move: { branch: string; from: CommitSha; commit: CommitSha },
    signal: AbortSignal,
  ): Promise<{ type: 'pushed' } | { type: 'moved' } | { type: 'refused'; message: string }>;
  /** Has the commit stay in the mirror. @returns whether it is there at all: what no forge has is lost with the mirror. */
  keep(repository: Repository, commit: CommitSha, signal: AbortSignal): Promise<boolean>;
  /** Nobody needs the commit any more: its objects go with the next maintenance. */
  drop(repository: Repository, commit: CommitSha, signal: AbortSignal): Promise<void>;
  contains(repository: Repository, tip: CommitSha, commit: CommitSha, signal: AbortSignal): Promise<boolean>;
};

export type MergingParts = {
  store: Store;
  role: Role;
  /** Null: nothing is merged into that branch of it. */
  policyFor(repository: Pick<Repository, 'fullName' | 'defaultBranch'>, branch: string): MergePolicy | null;
  /** Whether anything is merged anywhere. */
  isConfigured: boolean;
  /** Null: the forge is not configured. */
  forge: MergeForge | null;
  git: MergeGit;
  applyToRun(tx: Tx, run: RunId, event: RunEvent): Promise<{ wakes: Wake[] }>;
  peopleUrl: string;
  wakeUp: WakeUp;
  now: () => Instant;
  report: { warn(fields: object, message: string): void };
};
