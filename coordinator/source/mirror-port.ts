/** What mirrors are asked for by the rest of the house. */
import type { CommitSha, RepositoryId } from '#shared/ids.ts';
import type { Pushed } from './branches.ts';
import type { ChangedFiles, Difference } from './changed-files.ts';
import type { CloneUrlPolicy } from './clone-url.ts';
import type { CommitFacts } from './commit-object.ts';
import type { CommitWish } from './commit-wishes.ts';
import type { Credential } from './fetch-commits.ts';
import type { GitCall, GitChild } from './git-process.ts';
import type { CommitRange } from './history.ts';
import type { MergedPart, MergePlan } from './merge-result.ts';
import type { Lookup } from './resolve-url.ts';
import type { SourceLog } from './source-log.ts';

export type MirrorOptions = {
  /** Holds `<repository id>.git` for each repository; made when it is missing, readable by nobody else. */
  dir: string;
  /** The coordinator's environment; only PATH, proxies and certificates of it reach git. */
  environment: Readonly<Record<string, string | undefined>>;
  /** Asked before every fetch, so that short-lived tokens are fresh. Null: fetch without. */
  credentialsFor(repository: RepositoryId): Promise<Credential | null>;
  policy: CloneUrlPolicy;
  /** Of the configured forge: their names may mean this computer. Default: none. */
  forgeHosts?: readonly string[];
  /** Default: the system's. */
  lookup?: Lookup;
  /** Default: `limits.mirrorPackBytes`. */
  packBytes?: number;
  log: SourceLog;
};

/**
 * All that reads a mirror throws `mirror-damaged` when git finds it broken. It is put aside then (`<id>.git.damaged`), and the next
 * `ensureCommit` makes it anew; `ensureCommit` itself does so at once.
 */
export type Mirrors = {
  /**
   * Afterwards the commit and its whole history are in the mirror, and stay until `dropCommit`. About 1 ms when they are
   * there already. The same commit asked for at once is fetched once. Throws `SourceError` (`permanent` says whether
   * trying again can help), or the signal's reason; a fetch that nobody waits for is stopped.
   */
  ensureCommit(wish: CommitWish, signal: AbortSignal): Promise<void>;
  hasCommit(repository: RepositoryId, commit: CommitSha): Promise<boolean>;
  /** Whoever will call `ensureCommit` in a moment may say so: what is here of it is looked up while they are busy. */
  foresee(repository: RepositoryId, commit: CommitSha): void;
  /**
   * The bytes of a regular file, null when the commit has none of that path. Symbolic links, directories and submodules
   * are refused (`not-a-file`), on the way too; so is a file over `maxBytes`. Throws `SourceError`.
   */
  readFile(
    repository: RepositoryId,
    commit: CommitSha,
    path: string,
    maxBytes: number,
  ): Promise<Uint8Array | null>;
  /** The object id of a regular file, null where the commit has none of that path. Throws `SourceError`. */
  fileId(repository: RepositoryId, commit: CommitSha, path: string): Promise<string | null>;
  commitFacts(repository: RepositoryId, commit: CommitSha): Promise<CommitFacts>;
  /**
   * What `after` has and `before` has not, oldest first, merged commits too: the newest `max` of them, `after` last. Only
   * `after` when `before` is not here (a new branch, a force push).
   */
  commitsBetween(
    repository: RepositoryId,
    range: { before: string; after: CommitSha; max: number },
    signal: AbortSignal,
  ): Promise<CommitRange>;
  /** Whether `ancestor` is in the history of `commit`, or is it; of what is not here no commit that is has it. */
  isAncestor(
    repository: RepositoryId,
    ancestor: CommitSha,
    commit: CommitSha,
    signal: AbortSignal,
  ): Promise<boolean>;
  /**
   * The tip of a branch as the forge has it now; null when it has none of that name. Needs no mirror. Throws `SourceError`.
   */
  branchTip(forge: ForgeBranch, signal: AbortSignal): Promise<CommitSha | null>;
  /**
   * What the base becomes with these changes, one after the other; see `merge-result.ts`. All of them are in the mirror. What
   * nobody asks `keepCommit` for goes with a later `maintain`.
   */
  mergeOnto(repository: RepositoryId, plan: MergePlan, signal: AbortSignal): Promise<MergedPart[]>;
  /** Moves a branch of the forge forward, if it still is where it was; see `branches.ts`. */
  pushBranch(
    forge: ForgeBranch & { from: CommitSha; commit: CommitSha },
    signal: AbortSignal,
  ): Promise<Pushed>;
  /** The files that differ between two commits that are here; see `changed-files.ts`. Throws `SourceError`. */
  changedFiles(repository: RepositoryId, difference: Difference, signal: AbortSignal): Promise<ChangedFiles>;
  /** Has a commit that is here stay until `dropCommit`. @returns whether it and all that it needs are here */
  keepCommit(repository: RepositoryId, commit: CommitSha, signal: AbortSignal): Promise<boolean>;
  /** Gives the commit up: its objects go with a later `maintain`, unless another kept commit needs them. */
  dropCommit(repository: RepositoryId, commit: CommitSha, signal: AbortSignal): Promise<void>;
  /**
   * Packs refs and objects and removes what is given up (older than an hour). Safe beside readers; whoever makes or keeps commits
   * stops it. @returns whether it was done
   */
  maintain(repository: RepositoryId, signal: AbortSignal): Promise<boolean>;
  /** A git child on this mirror that the caller owns: `args` come after `--git-dir`. */
  startGit(repository: RepositoryId, call: GitCall): GitChild;
  directoryOf(repository: RepositoryId): string;
  /** Stops every fetch and reader and waits for their ends. Children from `startGit` are their owners' business. */
  close(): Promise<void>;
};

export type ForgeBranch = { repository: RepositoryId; cloneUrl: string; branch: string };
