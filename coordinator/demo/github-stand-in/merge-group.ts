/** What GitHub's own merge queue says: it asks for checks of a commit that it made, or does not ask any more. */
import assert from 'node:assert/strict';
import { accountJson, isoTime } from './account-json.ts';
import type { Act } from './hook-events.ts';
import type { HookEvent, RepositoryRecord } from './records.ts';
import { emailOf, ownerOf, repositoryJson } from './repository-json.ts';
import { actBy, repositoryOf, type World } from './world.ts';

type MergeGroup = { base: string; baseSha: string; headSha: string; message: string };

function mergeGroupEvent(
  { links, sender, at }: Act,
  repository: RepositoryRecord,
  { base, baseSha, headSha, message }: MergeGroup,
  action: { action: 'checks_requested' } | { action: 'destroyed'; reason: string },
): HookEvent {
  const person = { name: sender, email: emailOf(sender) };
  return {
    repository: repository.fullName,
    event: 'merge_group',
    payload: {
      ...action,
      merge_group: {
        head_sha: headSha,
        head_ref: `refs/heads/gh-readonly-queue/${base}/pr-1-${baseSha}`,
        base_sha: baseSha,
        base_ref: `refs/heads/${base}`,
        head_commit: {
          id: headSha,
          tree_id: headSha,
          message,
          timestamp: isoTime(at),
          author: person,
          committer: person,
        },
      },
      repository: repositoryJson(links, repository),
      sender: accountJson(links, sender),
    },
  };
}

type Group = { repository: string; base: string; sha: string; message?: string };

/** GitHub's own merge queue has made a commit on top of the base branch, and asks for checks of it. */
export function requestMergeGroup(world: World, input: Group): HookEvent[] {
  const repository = repositoryOf(world, input.repository);
  repository.commits.set(input.sha, input.message ?? 'Merge pull request #1');
  return [groupEvent(world, input, { action: 'checks_requested' })];
}

export const destroyMergeGroup = (
  world: World,
  input: Group & { reason: 'merged' | 'invalidated' | 'dequeued' },
): HookEvent[] => [groupEvent(world, input, { action: 'destroyed', reason: input.reason })];

function groupEvent(
  world: World,
  { repository: name, base, sha, message = 'Merge pull request #1' }: Group,
  action: Parameters<typeof mergeGroupEvent>[3],
): HookEvent {
  const repository = repositoryOf(world, name);
  const baseSha = repository.branches.get(base);
  assert(baseSha, `${name} has no branch ${base}`);
  const group = { base, baseSha, headSha: sha, message };
  return mergeGroupEvent(actBy(world, ownerOf(repository.fullName)), repository, group, action);
}
