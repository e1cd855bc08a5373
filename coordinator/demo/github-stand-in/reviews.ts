/** Reviews of pull requests, and who may write: what people do, and what the API says of it. */
import assert from 'node:assert/strict';
import { accountJson, isoTime, type Links, nodeId } from './account-json.ts';
import { type ApiAnswer, ok, refused } from './api-answer.ts';
import { pullJson } from './pull-json.ts';
import type { PullRef } from './pulls.ts';
import type { HookEvent, PullRecord, RepositoryRecord, ReviewRecord } from './records.ts';
import { apiUrlOf, htmlUrlOf, ownerOf, repositoryJson } from './repository-json.ts';
import { nextId, pullOf, repositoryOf, type World } from './world.ts';

export type NewReview = PullRef & { by: string; state: 'APPROVED' | 'CHANGES_REQUESTED' | 'COMMENTED' };

/** Somebody reviews the head as it is now. */
export function reviewPull(world: World, input: NewReview): HookEvent[] {
  const base = repositoryOf(world, input.repository);
  const pull = pullOf(base, input.number);
  const review: ReviewRecord = {
    id: nextId(world),
    by: input.by,
    state: input.state,
    commit: pull.head.sha,
    at: world.now(),
  };
  pull.reviews.push(review);
  return [eventOf(world, base, pull, review, 'submitted', input.by)];
}

/** A maintainer takes the newest review of somebody back. */
export function dismissReview(world: World, input: PullRef & { of: string }): HookEvent[] {
  const base = repositoryOf(world, input.repository);
  const pull = pullOf(base, input.number);
  const review = pull.reviews.findLast(({ by }) => by === input.of);
  assert(review, `${input.of} has not reviewed pull request ${input.number}`);
  review.state = 'DISMISSED';
  return [eventOf(world, base, pull, review, 'dismissed', input.by ?? ownerOf(base.fullName))];
}

function reviewJson(links: Links, base: RepositoryRecord, pull: PullRecord, review: ReviewRecord) {
  const html = `${htmlUrlOf(links, base.fullName)}/pull/${pull.number}#pullrequestreview-${review.id}`;
  const pullUrl = `${apiUrlOf(links, base.fullName)}/pulls/${pull.number}`;
  return {
    id: review.id,
    node_id: nodeId('PullRequestReview', review.id),
    user: accountJson(links, review.by),
    body: '',
    state: review.state,
    html_url: html,
    pull_request_url: pullUrl,
    author_association: 'MEMBER',
    _links: { html: { href: html }, pull_request: { href: pullUrl } },
    submitted_at: isoTime(review.at),
    commit_id: review.commit,
  };
}

function eventOf(
  { links }: World,
  base: RepositoryRecord,
  pull: PullRecord,
  review: ReviewRecord,
  action: 'submitted' | 'dismissed',
  sender: string,
): HookEvent {
  const described = reviewJson(links, base, pull, review);
  return {
    repository: base.fullName,
    event: 'pull_request_review',
    payload: {
      action,
      // Hooks write the state in small letters.
      review: { ...described, state: described.state.toLowerCase() },
      pull_request: pullJson(links, base, base, pull),
      repository: repositoryJson(links, base),
      sender: accountJson(links, sender),
    },
  };
}

export const listReviews = (world: World, base: RepositoryRecord, number: number): ApiAnswer => {
  const pull = base.pulls.get(number);
  return pull
    ? ok(pull.reviews.map(review => reviewJson(world.links, base, pull, review)))
    : refused(404, 'Not Found');
};
