/** What the stand-in remembers: as much of GitHub's state as a CI sees. Times are milliseconds; shas are given by the caller. */

export type RepositoryRecord = {
  id: number;
  fullName: string;
  cloneUrl: string;
  defaultBranch: string;
  isPrivate: boolean;
  /** Full name of the repository this is a fork of. */
  forkOf: string | null;
  branches: Map<string, string>;
  /** Every commit that GitHub has heard of here, with its message. A status on any other is refused. */
  commits: Map<string, string>;
  pulls: Map<number, PullRecord>;
  /** Logins, in small letters, that may push. */
  writers: Set<string>;
  /** Why nothing may be merged by the API; null: everything may. */
  mergeRefusal: string | null;
  /** Oldest first, over all commits. */
  statuses: StatusRecord[];
  pushedAt: number;
  createdAt: number;
};

export type PullState =
  | { status: 'open' }
  | { status: 'closed'; at: number }
  | { status: 'merged'; at: number; mergeSha: string; by: string };

export type PullRecord = {
  id: number;
  number: number;
  title: string;
  author: string;
  head: { repository: string; branch: string; sha: string };
  base: { branch: string; sha: string };
  /** What was pushed for it, oldest first: its head when it was opened, then every commit since. */
  commits: string[];
  isDraft: boolean;
  labels: string[];
  /** Oldest first. */
  reviews: ReviewRecord[];
  state: PullState;
  createdAt: number;
  updatedAt: number;
};

export type ReviewRecord = {
  id: number;
  by: string;
  state: 'APPROVED' | 'CHANGES_REQUESTED' | 'COMMENTED' | 'DISMISSED';
  commit: string;
  at: number;
};

export type StatusState = 'pending' | 'success' | 'failure' | 'error';

export type StatusRecord = {
  id: number;
  sha: string;
  state: StatusState;
  context: string;
  description: string | null;
  targetUrl: string | null;
  at: number;
};

/** Something that happened, as the hook of `repository` reports it. */
export type HookEvent = { repository: string; event: string; payload: Record<string, unknown> };
