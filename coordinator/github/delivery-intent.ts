/** What a webhook can ask of Paddock, and how such an answer is made from a payload. */
import * as z from 'zod';
import type { CommitSha, Instant } from '#shared/ids.ts';
import type { RepositoryPayload } from './payload.ts';

export type DeliveredRepository = {
  fullName: string;
  cloneUrl: string;
  isPrivate: boolean;
  defaultBranch: string;
};

/** A pull request as the delivery saw it. */
export type DeliveredPull = {
  repository: DeliveredRepository;
  number: number;
  title: string;
  author: string;
  /** GitHub's number of the author's account; null when it is gone. */
  authorId: number | null;
  /** What the author is to the repository, in GitHub's words; says nothing of who pushed. */
  association: string | null;
  headSha: CommitSha;
  headRef: string;
  baseRef: string;
  baseSha: CommitSha;
  /** The head is in another repository, or in one that is gone: not somebody with write access, as far as one can tell. */
  isFork: boolean;
  isDraft: boolean;
  /** All that it has; null where nobody has said. */
  labels: string[] | null;
  updatedAt: Instant;
};

export type PullChangeAction = 'opened' | 'synchronize' | 'reopened' | 'ready_for_review' | 'edited';

export type DeliveryIntent =
  | { type: 'ping'; hookId: number; repository: string | null }
  /** There is a head to test. `before` is the head it replaced: known for pushes (`synchronize`), else null. */
  | ({
      type: 'pull-changed';
      action: PullChangeAction;
      before: CommitSha | null;
      /** Who brought this head: pushed it, or opened the pull request with it. Null where the event does not tell. */
      pushedBy: string | null;
    } & DeliveredPull)
  | ({ type: 'pull-closed'; merged: { mergeSha: CommitSha; baseRef: string } | null } & DeliveredPull)
  | {
      type: 'push';
      repository: DeliveredRepository;
      branch: string;
      /** Null for a new branch. */
      before: CommitSha | null;
      after: CommitSha;
      /** Oldest first, as far as GitHub lists them (2,048). Empty when the branch was made or moved without new commits. */
      commits: CommitSha[];
      isCreated: boolean;
      isForced: boolean;
      pusher: string;
      /** First line of the head commit's message. */
      headTitle: string;
    }
  | {
      type: 'rerun-requested';
      repository: DeliveredRepository;
      headSha: CommitSha;
      /** Null: all of ours on that commit. */
      check: { name: string; externalId: string | null } | null;
      /** Who asked, where the event tells. */
      by: string | null;
    }
  /** Of a check of ours. Who may press it is not said by the event. */
  | {
      type: 'button-pressed';
      repository: DeliveredRepository;
      headSha: CommitSha;
      externalId: string | null;
      button: string;
      by: string;
    }
  /** Something that a merge may hang on: `labels` are all it has now, where the delivery tells them. */
  | {
      type: 'pull-touched';
      repository: DeliveredRepository;
      number: number;
      labels: string[] | null;
      /** The label that was set just now; null where something else has changed. */
      labeled: string | null;
      by: string;
    }
  /** GitHub's merge queue asks whether this commit, which it made itself, may become the head of `baseRef`. */
  | {
      type: 'merge-group';
      repository: DeliveredRepository;
      headSha: CommitSha;
      /** Branches. */
      headRef: string;
      baseRef: string;
      /** What the group stands on. */
      baseSha: CommitSha;
      title: string;
      author: string;
    }
  /** It does not ask any more; `why` is GitHub's word: merged, invalidated, dequeued. */
  | {
      type: 'merge-group-ended';
      repository: DeliveredRepository;
      headSha: CommitSha;
      baseRef: string;
      why: string;
    }
  | {
      type: 'commented';
      repository: DeliveredRepository;
      /** Of the pull request. */
      number: number;
      comment: { id: number; author: string; authorId: number; body: string; createdAt: Instant };
    }
  /** It is seen by others from now on. */
  | { type: 'visibility-changed'; repository: DeliveredRepository }
  /** Somebody (null: anybody) may do something else there; `isLess`: perhaps less than before. */
  | {
      type: 'roles-changed';
      /** The number of the account. */
      who: number | null;
      place: { repository: string } | { owner: string };
      isLess: boolean;
    }
  /** Stored and listed; `why` is a sentence for people. */
  | { type: 'not-acted-on'; why: string }
  | { type: 'malformed'; message: string };

export const notActedOn = (why: string): DeliveryIntent => ({ type: 'not-acted-on', why });

/** Reads a payload or says what is wrong with it, by field; values are left out, they may be long or private. */
export function parsed<Payload>(
  schema: z.ZodType<Payload>,
  payload: unknown,
  use: (payload: Payload) => DeliveryIntent,
): DeliveryIntent {
  const result = schema.safeParse(payload);
  if (result.success) return use(result.data);
  const problems = result.error.issues.map(({ path, message }) => `${z.core.toDotPath(path)}: ${message}`);
  const more = problems.length > 3 ? ` and ${problems.length - 3} more` : '';
  return { type: 'malformed', message: `${problems.slice(0, 3).join('; ')}${more}`.slice(0, 500) };
}

export const repositoryOf = (repository: RepositoryPayload): DeliveredRepository => ({
  fullName: repository.full_name,
  cloneUrl: repository.clone_url,
  isPrivate: repository.private,
  defaultBranch: repository.default_branch,
});

/** Names that come from outside, made fit for a sentence. */
export const shown = (name: string): string => name.replace(/[^\w./-]/g, '?').slice(0, 100);
