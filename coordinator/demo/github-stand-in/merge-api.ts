/** GitHub's merge of one pull request, and its closing, by the API. What a commit would be is said by who has git. */
import { createHash } from 'node:crypto';
import { type ApiAnswer, invalid, ok, refused } from './api-answer.ts';
import { fullPullJson } from './pull-json.ts';
import { closePull, mergePull } from './pulls.ts';
import type { PullRecord, RepositoryRecord } from './records.ts';
import { findRepository, type World } from './world.ts';

type Fields = { sha?: unknown; merge_method?: unknown };

/** `PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge` with the refusals that GitHub documents. */
export function mergeByApi(world: World, base: RepositoryRecord, number: number, body: unknown): ApiAnswer {
  const pull = base.pulls.get(number);
  if (!pull) return refused(404, 'Not Found');
  const { sha, merge_method: method = 'merge' } = (body ?? {}) as Fields;
  if (typeof method !== 'string' || !['merge', 'squash', 'rebase'].includes(method))
    return invalid('Invalid merge method');
  if (pull.state.status !== 'open') return refused(405, 'Pull Request is not mergeable');
  if (sha !== undefined && sha !== pull.head.sha)
    return refused(409, 'Head branch was modified. Review and try the merge again.');
  const refusal = base.mergeRefusal;
  if (refusal !== null) return refused(405, refusal);
  const mergeSha = world.commitOfMerge?.(base, pull, method) ?? madeUp(pull, method);
  tell(world, mergePull(world, { repository: base.fullName, number, mergeSha }));
  return ok({ sha: mergeSha, merged: true, message: 'Pull Request successfully merged' });
}

const madeUp = (pull: PullRecord, method: string): string =>
  createHash('sha1').update(`${method} of ${pull.head.sha}`).digest('hex');

/** `PATCH /repos/{owner}/{repo}/pulls/{pull_number}`: of all that can be changed, only whether it is open. */
export function updatePull(world: World, base: RepositoryRecord, number: number, body: unknown): ApiAnswer {
  const pull = base.pulls.get(number);
  if (!pull) return refused(404, 'Not Found');
  const { state } = (body ?? {}) as { state?: unknown };
  if (state === 'closed' && pull.state.status === 'open')
    tell(world, closePull(world, { repository: base.fullName, number }));
  return ok(fullPullJson(world.links, base, findRepository(world, pull.head.repository), pull));
}

/** What the API did is reported by hooks as well. */
function tell(world: World, events: ReturnType<typeof closePull>): void {
  for (const watcher of world.hookWatchers) watcher(events);
}
