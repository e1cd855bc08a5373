/**
 * GitHub's own merge queue: it makes a commit of the base branch and some pull requests, asks for checks of it, and lands
 * that very commit. Who put them into the queue may write, and the branch is GitHub's own: the commit is trusted.
 */
import { shortCommit } from '#shared/short-commit.ts';
import type { Wake } from '../ground/wake.ts';
import { upsertRepository } from '../store/repositories.ts';
import { assertRole } from '../store/roles.ts';
import { ensureRun, listRunsOfCommit, type NewRun } from '../store/runs.ts';
import type { MergeGroup, MergeGroupEnded } from './forge-intent.ts';
import { acted, type ChangeParts, type Handled, notActed, unknownRepository } from './intake-ports.ts';

/** A run whose statuses GitHub waits for on exactly that commit. */
export async function receiveMergeGroup(parts: ChangeParts, group: MergeGroup): Promise<Handled> {
  const { repository: forge, baseRef, headSha } = group;
  const refusal = refusalOf(parts, group);
  if (refusal) return refusal;
  return parts.store.write(async tx => {
    await assertRole(tx, parts.role);
    const repository = await upsertRepository(tx, { ...forge, forge: 'github' }, parts.now());
    const { isNew } = await ensureRun(tx, runOf(parts, group, repository.id), parts.now());
    if (isNew) parts.foresee(repository.id, headSha);
    return acted(`merge group ${shortCommit(headSha)} for ${baseRef}`, [{ type: 'preparation' }]);
  });
}

/** Nobody waits for its checks any more: what is left of them ends. */
export async function endMergeGroup(parts: ChangeParts, group: MergeGroupEnded): Promise<Handled> {
  const { repository: forge, headSha, why } = group;
  const refusal = refusalOf(parts, group);
  if (refusal) return refusal;
  return parts.store.write(async tx => {
    await assertRole(tx, parts.role);
    const repository = await upsertRepository(tx, { ...forge, forge: 'github' }, parts.now());
    const message = `GitHub's merge queue is done with ${shortCommit(headSha)} (${why})`;
    const wakes: Wake[] = [];
    for (const run of await listRunsOfCommit(tx, repository.id, headSha))
      if (run.purpose === 'merge-group') {
        const event = { type: 'cancel-requested', at: parts.now(), reason: 'superseded', message } as const;
        wakes.push(...(await parts.runs.applyTo(tx, run, event)).wakes);
      }
    return acted(message, wakes);
  });
}

function refusalOf({ policyFor }: ChangeParts, { repository, baseRef }: MergeGroup | MergeGroupEnded) {
  const policy = policyFor(repository.fullName);
  if (!policy) return unknownRepository(repository.fullName);
  return policy.isConfiguredBranch(baseRef, repository.defaultBranch)
    ? null
    : notActed(`the base ${baseRef} is not a configured branch of ${repository.fullName}`);
}

const runOf = ({ now }: ChangeParts, group: MergeGroup, repositoryId: NewRun['repositoryId']): NewRun => ({
  repositoryId,
  commit: group.headSha,
  ref: group.headRef,
  purpose: 'merge-group',
  changeId: null,
  isTrusted: true,
  title: group.title,
  author: group.author,
  request: {
    command: null,
    images: null,
    landed: false,
    base: { ref: group.baseRef, commit: group.baseSha },
  },
  state: { status: 'preparing', tries: 0, nextAt: now(), message: null },
});
