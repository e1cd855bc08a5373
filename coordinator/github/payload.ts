/**
 * The fields of GitHub's payloads that Paddock reads, and nothing else: GitHub adds fields at any time and old ones
 * come in variants, so a schema of the whole would refuse real deliveries.
 * Source: https://docs.github.com/webhooks/webhook-events-and-payloads
 */
import * as z from 'zod';
import { commitSha } from '#shared/ids.ts';

/** `owner/name`. Dots alone would be a folder, wherever a name becomes a path. */
export const fullName = z
  .string()
  .max(200)
  .regex(/^[\w-]+\/(?!\.{1,2}$)[\w.-]+$/, 'expected owner/name');

/** Deleted accounts are null; GitHub shows them as "ghost". */
const account = z
  .object({ login: z.string().max(100), id: z.number().int() })
  .nullish()
  .transform(account => account ?? { login: 'ghost', id: null });

const login = account.transform(account => account.login);

const text = z.string().max(4_096);

/** Whether this clone URL may be used is for the folder that clones to decide. */
export const repository = z.object({
  id: z.number(),
  full_name: fullName,
  clone_url: text,
  private: z.boolean(),
  default_branch: z.string().max(300),
});

const branch = z.string().min(1).max(300);

const labels = z.array(z.object({ name: z.string().max(200) })).nullish();

const pullRequest = z.object({
  title: text,
  user: account,
  author_association: z.string().max(100).nullish(),
  state: z.enum(['open', 'closed']),
  draft: z.boolean().nullish(),
  merged: z.boolean().nullish(),
  /** Lists have no `merged`. */
  merged_at: z.string().nullish(),
  merge_commit_sha: commitSha.nullish(),
  updated_at: z.iso.datetime({ offset: true }).transform(time => Date.parse(time)),
  head: z.object({
    sha: commitSha,
    ref: branch,
    /** Null when the fork has been deleted. */
    repo: z.object({ id: z.number(), full_name: fullName }).nullish(),
  }),
  base: z.object({ sha: commitSha, ref: branch }),
  labels,
});

export const pullRequestPayload = z.object({
  number: z.number().int().positive(),
  before: commitSha.optional(),
  repository,
  pull_request: pullRequest,
  /** What an edit has changed. */
  changes: z.object({ base: z.unknown().optional() }).optional(),
  /** Who did what the event tells of. */
  sender: account,
});
export type PullRequestPayload = z.infer<typeof pullRequestPayload>;

/** As far as a merge hangs on it: the number stands in the pull request in every event about one. */
export const touchedPullPayload = z.object({
  repository,
  sender: login,
  /** That was set, or taken off. */
  label: z.object({ name: z.string().max(200) }).nullish(),
  pull_request: z.object({
    number: z.number().int().positive(),
    labels,
  }),
});

export const pushPayload = z.object({
  ref: z.string().max(1_024),
  before: commitSha,
  after: commitSha,
  created: z.boolean(),
  deleted: z.boolean(),
  forced: z.boolean(),
  repository,
  pusher: z.object({ name: z.string().max(200).nullish() }),
  head_commit: z.object({ message: z.string() }).nullish(),
  commits: z.array(z.object({ id: commitSha })),
});

export const checkRunPayload = z.object({
  repository,
  sender: account,
  check_run: z.object({
    name: z.string().max(1_000),
    head_sha: commitSha,
    external_id: z.string().max(1_000).nullish(),
  }),
  /** The button that was pressed. */
  requested_action: z.object({ identifier: z.string().max(100) }).nullish(),
});

/** All that one App checks of a commit. */
export const checkSuitePayload = z.object({
  repository,
  sender: account,
  check_suite: z.object({ head_sha: commitSha }),
});

const refOfBranch = z
  .string()
  .max(1_024)
  .regex(/^refs\/heads\/./, 'expected refs/heads/…')
  .transform(ref => ref.slice('refs/heads/'.length));

export const mergeGroupPayload = z.object({
  repository,
  sender: login,
  reason: z.string().max(100).nullish(),
  merge_group: z.object({
    head_sha: commitSha,
    head_ref: refOfBranch,
    base_ref: refOfBranch,
    base_sha: commitSha,
    head_commit: z.object({ message: z.string() }).nullish(),
  }),
});

/** Issues and pull requests have the same comments; only the latter have a `pull_request`. */
export const commentPayload = z.object({
  repository,
  issue: z.object({ number: z.number().int().positive(), pull_request: z.object({}).nullish() }),
  comment: z.object({
    id: z.number().int().positive(),
    body: z.string().max(1_000_000),
    created_at: z.iso.datetime({ offset: true }).transform(time => Date.parse(time)),
    user: z.object({ login: z.string().max(100), id: z.number().int(), type: z.string().max(100) }).nullish(),
    /** Also a person's comment can be written by a program in their name. */
    performed_via_github_app: z.object({}).nullish(),
  }),
});

export const repositoryPayload = z.object({ repository });

/** A hook of an organization names no repository. */
export const pingPayload = z.object({
  hook_id: z.number().int(),
  repository: z.object({ full_name: fullName }).nullish(),
});

/** Which of an event's actions it is; events without actions have none. */
export const actionPayload = z.object({ action: z.string().max(100).optional() });

export type RepositoryPayload = z.infer<typeof repository>;
