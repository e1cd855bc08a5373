/** A push to a configured branch: its commits have landed. */
import type { CommitSha } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { upsertRepository } from '../store/repositories.ts';
import { assertRole } from '../store/roles.ts';
import { ensureRun } from '../store/runs.ts';
import type { Push } from './forge-intent.ts';
import { acted, type ChangeParts, type Handled, notActed, unknownRepository } from './intake-ports.ts';

/** Under `every-commit` each commit of the push, otherwise its head. Only the head runs `on-merge`. */
export async function receivePush(parts: ChangeParts, push: Push): Promise<Handled> {
  const policy = parts.policyFor(push.repository.fullName);
  if (!policy) return unknownRepository(push.repository.fullName);
  if (!policy.isConfiguredBranch(push.branch, push.repository.defaultBranch))
    return notActed(`${push.branch} is not a configured branch of ${push.repository.fullName}`);
  const earlier =
    policy.commits === 'every-commit' ? push.commits.filter(commit => commit !== push.after) : [];
  const tested: CommitSha[] = [...earlier.slice(-(limits.commitsPerPush - 1)), push.after];
  const leftOut = earlier.length + 1 - tested.length;
  const wakes = await parts.store.write(async tx => {
    await assertRole(tx, parts.role);
    const repository = await upsertRepository(tx, { ...push.repository, forge: 'github' }, parts.now());
    for (const commit of tested) {
      const { isNew } = await ensureRun(tx, landedRun(parts, push, repository.id, commit), parts.now());
      if (isNew && commit === push.after) parts.foresee(repository.id, commit);
    }
    return [{ type: 'preparation' as const }];
  });
  const note = `${tested.length} ${tested.length === 1 ? 'commit' : 'commits'} landed on ${push.branch}`;
  const more = leftOut > 0 ? `; ${leftOut} older ones are not tested (at most ${limits.commitsPerPush})` : '';
  return acted(`${note}${more}`, wakes);
}

function landedRun(
  { now }: ChangeParts,
  push: Push,
  repositoryId: Parameters<typeof ensureRun>[1]['repositoryId'],
  commit: CommitSha,
) {
  return {
    repositoryId,
    commit,
    ref: push.branch,
    purpose: 'landed' as const,
    changeId: null,
    isTrusted: true,
    // That of the others is not known before they are prepared.
    title: commit === push.after ? push.headTitle : '',
    author: push.pusher,
    request: {
      command: null,
      images: null,
      landed: commit === push.after,
      ...(commit === push.after ? { before: push.before } : {}),
    },
    state: { status: 'preparing' as const, tries: 0, nextAt: now(), message: null },
  };
}
