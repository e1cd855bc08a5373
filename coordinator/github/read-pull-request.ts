/** What a `pull_request` event asks Paddock to do. */
import type { CommitSha } from '#shared/ids.ts';
import { titleFrom } from '#shared/title.ts';
import {
  type DeliveredPull,
  type DeliveryIntent,
  notActedOn,
  parsed,
  repositoryOf,
  shown,
} from './delivery-intent.ts';
import {
  type PullRequestPayload,
  pullRequestPayload,
  type RepositoryPayload,
  touchedPullPayload,
} from './payload.ts';

/** A pull request as the API shows it. */
export type ShownPull = DeliveredPull & { standing: 'open' | 'closed' | { mergeSha: CommitSha } };

/** Number and name have to agree: trust hangs on it, so whatever is unclear counts as a fork. */
function isFork({ repository, pull_request: { head } }: PullRequestPayload): boolean {
  return head.repo?.id !== repository.id || head.repo.full_name !== repository.full_name;
}

const namesOf = (labels: PullRequestPayload['pull_request']['labels']): string[] | null =>
  labels?.map(({ name }) => name) ?? null;

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
    labels: namesOf(pull.labels),
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

/** Labels, draft state, title and base: nothing to test, but a merge may hang on it. */
const readTouched = (payload: unknown, action: string): DeliveryIntent =>
  parsed(touchedPullPayload, payload, ({ repository, sender, label, pull_request: pull }) => ({
    type: 'pull-touched',
    repository: repositoryOf(repository),
    number: pull.number,
    labels: namesOf(pull.labels),
    labeled: action === 'labeled' ? (label?.name ?? null) : null,
    by: sender,
  }));

/** A `pull_request_review` event: an approval or an objection was said or taken back. */
export const readReview = (payload: unknown, action: string): DeliveryIntent =>
  ['submitted', 'dismissed'].includes(action)
    ? readTouched(payload, action)
    : notActedOn(`A review event "${shown(action)}" changes nothing that a merge hangs on.`);

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
    case 'labeled':
    case 'unlabeled':
    case 'converted_to_draft':
      return readTouched(payload, action);
    case 'edited':
      return parsed(pullRequestPayload, payload, pull =>
        pull.changes?.base === undefined
          ? notActedOn('An edit of title or text changes nothing that is tested.')
          : { type: 'pull-changed', action, before: null, pushedBy: null, ...pullOf(pull) },
      );
    case 'closed':
      return parsed(pullRequestPayload, payload, readClosed);
    default:
      return notActedOn(
        `A pull request event "${shown(action)}" changes neither a head nor whether it is open.`,
      );
  }
}

/** What the API answers, alone or in a list, is what deliveries bring; null: it is of no form that can be read. */
export function shownPull(repository: RepositoryPayload, json: unknown): ShownPull | null {
  const number = json !== null && typeof json === 'object' && 'number' in json ? json.number : null;
  const read = pullRequestPayload.safeParse({ number, repository, pull_request: json });
  if (!read.success) return null;
  const { state, merged, merged_at: mergedAt, merge_commit_sha: mergeSha } = read.data.pull_request;
  const isMerged = merged === true || (mergedAt ?? null) !== null;
  if (isMerged && !mergeSha) return null;
  return { ...pullOf(read.data), standing: isMerged && mergeSha ? { mergeSha } : state };
}
