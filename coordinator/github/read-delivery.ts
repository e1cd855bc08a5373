/**
 * What one webhook asks Paddock to do. Pure: the same delivery always reads the same, so a redelivery is handled by
 * handling it again. A payload is believed only after its signature; it can still be of a form nobody foresaw, which is
 * an answer here and never a throw.
 */
import type { z } from 'zod';
import type { CommitSha } from '#shared/ids.ts';
import { titleFrom } from '#shared/title.ts';
import { type DeliveryIntent, notActedOn, parsed, repositoryOf, shown } from './delivery-intent.ts';
import { actionPayload, pingPayload, pushPayload, repositoryPayload } from './payload.ts';
import { readCheckRun, readCheckSuite } from './read-check.ts';
import { readComment } from './read-comment.ts';
import { readMergeGroup } from './read-merge-group.ts';
import { readMember, readMembership, readOrganization, readTeam } from './read-people.ts';
import { readPullRequest, readReview } from './read-pull-request.ts';

function readPush(payload: z.infer<typeof pushPayload>): DeliveryIntent {
  const { ref, before, after, commits, created, deleted, forced, pusher } = payload;
  if (deleted || isZero(after)) return notActedOn(`${shown(ref)} was deleted: there is nothing to test.`);
  const [, branch] = /^refs\/heads\/(.+)$/.exec(ref) ?? [];
  if (branch === undefined) return notActedOn(`${shown(ref)} is not a branch.`);
  return {
    type: 'push',
    repository: repositoryOf(payload.repository),
    branch,
    before: isZero(before) ? null : before,
    after,
    commits: commits.map(({ id }) => id),
    isCreated: created,
    isForced: forced,
    pusher: titleFrom(pusher.name ?? '') || 'unknown',
    headTitle: titleFrom(payload.head_commit?.message ?? ''),
  };
}

/** Of what can happen to a repository: who may see it. */
function readRepository(payload: unknown, action: string): DeliveryIntent {
  if (action === 'deleted')
    return parsed(repositoryPayload, payload, ({ repository }) => ({
      type: 'roles-changed',
      ...{ who: null, place: { repository: repository.full_name }, isLess: true },
    }));
  if (action !== 'privatized' && action !== 'publicized')
    return notActedOn(`Paddock does not act on a repository that is ${shown(action)}.`);
  return parsed(repositoryPayload, payload, ({ repository }) => ({
    type: 'visibility-changed',
    repository: repositoryOf(repository),
  }));
}

const isZero = (sha: CommitSha): boolean => /^0+$/.test(sha);

/**
 * `event` is the header `X-GitHub-Event`, `payload` the parsed body. Never throws. Events that Paddock does not act on are
 * not looked into, whatever they hold.
 */
export function readDelivery(event: string, payload: unknown): DeliveryIntent {
  const action = actionPayload.safeParse(payload).data?.action ?? '';
  switch (event) {
    case 'ping':
      return parsed(pingPayload, payload, ({ hook_id: hookId, repository }) => ({
        type: 'ping',
        hookId,
        repository: repository?.full_name ?? null,
      }));
    case 'pull_request':
      return readPullRequest(payload, action);
    case 'push':
      return parsed(pushPayload, payload, readPush);
    case 'issue_comment':
      return readComment(payload, action);
    case 'check_run':
      return readCheckRun(payload, action);
    case 'check_suite':
      return readCheckSuite(payload, action);
    case 'pull_request_review':
      return readReview(payload, action);
    case 'repository':
      return readRepository(payload, action);
    case 'member':
      return readMember(payload, action);
    case 'membership':
      return readMembership(payload, action);
    case 'organization':
      return readOrganization(payload, action);
    case 'team':
    case 'team_add':
      return readTeam(payload, action);
    case 'merge_group':
      return readMergeGroup(payload, action);
    default:
      return notActedOn(`Paddock does not act on ${shown(event)} events.`);
  }
}
