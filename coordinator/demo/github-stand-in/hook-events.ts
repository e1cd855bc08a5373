/**
 * The webhook payloads GitHub sends, with every field its own description requires.
 * Source: https://docs.github.com/webhooks/webhook-events-and-payloads
 */
import { accountJson, isoTime, type Links } from './account-json.ts';
import { pushedCommitJson } from './commit-json.ts';
import { fullPullJson } from './pull-json.ts';
import type { HookEvent, PullRecord, RepositoryRecord } from './records.ts';
import { apiUrlOf, emailOf, htmlUrlOf, pushedRepositoryJson, repositoryJson } from './repository-json.ts';

/** The number of the one hook that a repository here has. */
export const hookId = 109_948_940;

export const noCommit = '0'.repeat(40);

/** Who did it, and when. */
export type Act = { links: Links; sender: string; at: number };

export type PullAction =
  | { action: 'opened' | 'reopened' | 'closed' | 'ready_for_review' | 'converted_to_draft' }
  | { action: 'edited'; changes: { base: { ref: { from: string }; sha: { from: string } } } }
  | { action: 'labeled' | 'unlabeled'; label: Record<string, unknown> }
  | { action: 'synchronize'; before: string; after: string };

export function pullEvent(
  { links, sender }: Act,
  base: RepositoryRecord,
  head: RepositoryRecord | null,
  pull: PullRecord,
  action: PullAction,
): HookEvent {
  return {
    repository: base.fullName,
    event: 'pull_request',
    payload: {
      ...action,
      number: pull.number,
      pull_request: fullPullJson(links, base, head, pull),
      repository: repositoryJson(links, base),
      sender: accountJson(links, sender),
    },
  };
}

export type RefChange = {
  ref: string;
  before: string;
  after: string;
  commits: readonly string[];
  isForced: boolean;
};

export function pushEvent(
  { links, sender, at }: Act,
  repository: RepositoryRecord,
  { ref, before, after, commits, isForced }: RefChange,
): HookEvent {
  const listed = commits.map(sha => pushedCommitJson(links, repository, sha, sender, at));
  const isDeleted = after === noCommit;
  return {
    repository: repository.fullName,
    event: 'push',
    payload: {
      ref,
      before,
      after,
      repository: pushedRepositoryJson(links, repository),
      pusher: { name: sender, email: emailOf(sender) },
      sender: accountJson(links, sender),
      created: before === noCommit,
      deleted: isDeleted,
      forced: isForced,
      base_ref: null,
      compare: `${htmlUrlOf(links, repository.fullName)}/compare/${before.slice(0, 12)}...${after.slice(0, 12)}`,
      commits: listed,
      head_commit: isDeleted ? null : pushedCommitJson(links, repository, after, sender, at),
    },
  };
}

export function pingEvent({ links, sender, at }: Act, repository: RepositoryRecord): HookEvent {
  const url = `${apiUrlOf(links, repository.fullName)}/hooks/${hookId}`;
  const time = isoTime(at);
  return {
    repository: repository.fullName,
    event: 'ping',
    payload: {
      zen: 'Keep it logically awesome.',
      hook_id: hookId,
      hook: {
        type: 'Repository',
        id: hookId,
        name: 'web',
        active: true,
        events: ['*'],
        config: { content_type: 'json', insecure_ssl: '0' },
        updated_at: time,
        created_at: time,
        url,
        test_url: `${url}/test`,
        ping_url: `${url}/pings`,
        deliveries_url: `${url}/deliveries`,
        last_response: { code: null, status: 'unused', message: null },
      },
      repository: repositoryJson(links, repository),
      sender: accountJson(links, sender),
    },
  };
}
