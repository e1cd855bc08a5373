/** What the stand-in remembers: as much of GitHub's state as a CI sees. Times are milliseconds; shas are given by the caller. */

export type RepositoryRecord = {
  id: number;
  fullName: string;
  cloneUrl: string;
  defaultBranch: string;
  isPrivate: boolean;
  /** It is to be read only; or GitHub has switched it off. */
  standing: 'active' | 'archived' | 'disabled';
  /** Full name of the repository this is a fork of. */
  forkOf: string | null;
  branches: Map<string, string>;
  /** Every commit that GitHub has heard of here, with its message. A status on any other is refused. */
  commits: Map<string, string>;
  pulls: Map<number, PullRecord>;
  /** Why nothing may be merged by the API; null: everything may. */
  mergeRefusal: string | null;
  /** Oldest first. */
  hooks: HookRecord[];
  /** What accounts are to it, by login. */
  people: Map<string, PersonRecord>;
  /** Oldest first, over all commits. */
  statuses: StatusRecord[];
  /** By number, oldest first. */
  checks: Map<number, CheckRecord>;
  /** On pull requests; by number, oldest first. */
  comments: Map<number, CommentRecord>;
  pushedAt: number;
  createdAt: number;
};

export type Association =
  | 'OWNER'
  | 'MEMBER'
  | 'COLLABORATOR'
  | 'CONTRIBUTOR'
  | 'FIRST_TIME_CONTRIBUTOR'
  | 'FIRST_TIMER'
  | 'MANNEQUIN'
  | 'NONE';

/** As GitHub's pages call it; `maintain` and `triage` are `write` and `read` to whoever asks for less. */
export type Permission = 'admin' | 'maintain' | 'write' | 'triage' | 'read' | 'none';

export type PersonRecord = {
  association: Association;
  /** Default: what is public may be read. */
  permission?: Permission;
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

export type CheckState =
  | { status: 'queued' | 'in_progress' }
  | { status: 'completed'; conclusion: string; completedAt: number };

export type AnnotationRecord = {
  path: string;
  startLine: number;
  endLine: number;
  startColumn: number | null;
  endColumn: number | null;
  level: string;
  title: string | null;
  message: string;
};

export type CheckRecord = {
  id: number;
  sha: string;
  name: string;
  externalId: string | null;
  detailsUrl: string | null;
  state: CheckState;
  startedAt: number | null;
  output: { title: string | null; summary: string | null; text: string | null };
  annotations: AnnotationRecord[];
  actions: { label: string; description: string; identifier: string }[];
  /** How often it was written, the first time included. */
  writes: number;
};

export type CommentRecord = {
  id: number;
  /** Of the pull request. */
  number: number;
  author: string;
  body: string;
  /** One of a kind for each account. */
  reactions: { id: number; by: string; content: string; at: number }[];
  createdAt: number;
  updatedAt: number;
};

/** Something that happened, as the hook of `repository` reports it. */
export type HookEvent = { repository: string; event: string; payload: Record<string, unknown> };

export type Permissions = Record<string, string>;

export type AppRecord = {
  id: number;
  slug: string;
  name: string;
  owner: { login: string; type: string };
  /** PEM. */
  publicKey: string;
  permissions: Permissions;
  events: string[];
  /** Null: it has no webhook. */
  hook: { url: string; secret: string; contentType: string; insecureSsl: string } | null;
  /** Newest first. */
  deliveries: AppDelivery[];
  installations: Map<number, InstallationRecord>;
  /** Tokens that were given out. */
  tokens: Map<string, { installation: number; permissions: Permissions; expiresAt: number }>;
};
export type InstallationRecord = {
  id: number;
  owner: string;
  permissions: Permissions;
  suspendedAt: number | null;
};

export type AppDelivery = {
  id: number;
  /** The same for all tries. */
  guid: string;
  event: string;
  body: Buffer;
  at: number;
  isAgain: boolean;
  seconds: number;
  status: string;
  statusCode: number;
  answer: string | null;
};

export type HookRecord = {
  id: number;
  url: string;
  events: string[];
  contentType: string;
  insecureSsl: string;
  hasSecret: boolean;
  isActive: boolean;
  /** Of the last answer; null: nothing was ever sent. */
  lastCode: number | null;
};

/** By what people sign in: of the App, or an OAuth App of its own. */
export type SignInRecord = {
  clientId: string;
  clientSecret: string;
  callbackUrls: readonly string[];
  /** Who has said yes once, and is not asked again. */
  authorized: Set<string>;
  /** Codes that were handed out, and not used yet. */
  codes: Map<string, { login: string; redirectUri: string; challenge: string | null; at: number }>;
  /** Tokens that count, and whose each is. */
  tokens: Map<string, string>;
};

/** What a person's token is, where it may not do everything. */
export type TokenRecord = {
  /** Null: a fine-grained one. */
  scopes: string[] | null;
  /** Of a fine-grained one, by the names that Apps use; null: all. */
  permissions: Permissions | null;
  expiresAt: number | null;
  /** Whether its owner may write to repositories. */
  mayPush: boolean;
};

/** What a page of somebody's asks GitHub to make an App from. */
export type Manifest = {
  name: string;
  url: string;
  redirect_url: string;
  callback_urls?: string[];
  hook_attributes?: { url: string; active?: boolean };
  default_permissions?: Record<string, string>;
  default_events?: string[];
};
