/** What a `pull_request` event asks Paddock to do. */
import { titleFrom } from '#shared/title.ts';
import {
  type DeliveredPull,
  type DeliveryIntent,
  notActedOn,
  parsed,
  repositoryOf,
  shown,
} from './delivery-intent.ts';
import { type PullRequestPayload, pullRequestPayload } from './payload.ts';

/** Number and name have to agree: trust hangs on it, so whatever is unclear counts as a fork. */
function isFork({ repository, pull_request: { head } }: PullRequestPayload): boolean {
  return head.repo?.id !== repository.id || head.repo.full_name !== repository.full_name;
}

function pullOf(payload: PullRequestPayload): DeliveredPull {
  const { pull_request: pull } = payload;
  return {
    repository: repositoryOf(payload.repository),
    number: payload.number,
    title: titleFrom(pull.title),
    author: pull.user.login,
    authorId: pull.user.id,
    association: pull.author_association ?? null,
    headSha: pull.head.sha,
    headRef: pull.head.ref,
    baseRef: pull.base.ref,
    baseSha: pull.base.sha,
    isFork: isFork(payload),
    isDraft: pull.draft ?? false,
    updatedAt: pull.updated_at,
  };
}

/** Whoever reopens a pull request has not pushed what came to its branch meanwhile. An account that is gone is nobody's. */
const senderOf = ({ sender }: PullRequestPayload): string | null =>
  sender.id === null ? null : sender.login;

function readClosed(payload: PullRequestPayload): DeliveryIntent {
  const { merged, merge_commit_sha: mergeSha, base } = payload.pull_request;
  const pull = pullOf(payload);
  if (!merged) return { type: 'pull-closed', merged: null, ...pull };
  if (!mergeSha)
    return { type: 'malformed', message: 'pull_request.merge_commit_sha: missing although it is merged' };
  return { type: 'pull-closed', merged: { mergeSha, baseRef: base.ref }, ...pull };
}

/** `action` is the payload's own; actions that change neither a head nor whether it is open are not acted on. */
export function readPullRequest(payload: unknown, action: string): DeliveryIntent {
  switch (action) {
    case 'opened':
    case 'synchronize':
    case 'reopened':
    case 'ready_for_review':
      return parsed(pullRequestPayload, payload, pull => ({
        type: 'pull-changed',
        action,
        before: action === 'synchronize' ? (pull.before ?? null) : null,
        pushedBy: action === 'synchronize' || action === 'opened' ? senderOf(pull) : null,
        ...pullOf(pull),
      }));
    case 'closed':
      return parsed(pullRequestPayload, payload, readClosed);
    default:
      return notActedOn(
        `A pull request event "${shown(action)}" changes neither a head nor whether it is open.`,
      );
  }
}
