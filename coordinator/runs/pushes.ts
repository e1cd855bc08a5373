/** A push to a configured branch: its commits have landed. */

import type { CommitSha, RepositoryId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { shortCommit } from '#shared/short-commit.ts';
import type { Wake } from '../ground/wake.ts';
import { findNewestLanded } from '../store/known-heads.ts';
import { findRepositoryByName, upsertRepository } from '../store/repositories.ts';
import { assertRole } from '../store/roles.ts';
import { ensureRun, listRunsOfCommit } from '../store/runs.ts';
import type { Tx } from '../store/store.ts';
import type { Push } from './forge-intent.ts';
import { acted, type ChangeParts, type Handled, notActed, unknownRepository } from './intake-ports.ts';
import { vouch } from './known-runs.ts';
import { landAgain } from './landings.ts';

/** Under `every-commit` each commit of the push, otherwise its head. Only the head runs `on-merge`. */
export async function receivePush(parts: ChangeParts, push: Push): Promise<Handled> {
  const policy = parts.policyFor(push.repository.fullName);
  if (!policy) return unknownRepository(push.repository.fullName);
  if (!policy.isConfiguredBranch(push.branch, push.repository.defaultBranch))
    return (
      (await vouchFor(parts, push)) ??
      notActed(`${push.branch} is not a configured branch of ${push.repository.fullName}`)
    );
  const earlier =
    policy.commits === 'every-commit' ? push.commits.filter(commit => commit !== push.after) : [];
  const tested: CommitSha[] = [...earlier.slice(-(limits.commitsPerPush - 1)), push.after];
  const leftOut = earlier.length + 1 - tested.length;
  const wakes = await parts.store.write(async tx => {
    await assertRole(tx, parts.role);
    const repository = await upsertRepository(tx, { ...push.repository, forge: 'github' }, parts.now());
    const since = policy.commits === 'every-commit' ? await gapBefore(tx, repository.id, push) : null;
    const wakes: Wake[] = [{ type: 'preparation' }];
    for (const commit of tested) {
      const { run, isNew } = await ensureRun(
        tx,
        landedRun(parts, push, repository.id, commit, commit === push.after ? since : null),
        parts.now(),
      );
      if (isNew && commit === push.after) parts.foresee(repository.id, commit);
      if (!isNew && policy.landed === 'supersede') wakes.push(...(await landAgain(parts, tx, run, push)));
    }
    return wakes;
  });
  const note = `${tested.length} ${tested.length === 1 ? 'commit' : 'commits'} landed on ${push.branch}`;
  const more = leftOut > 0 ? `; ${leftOut} older ones are not tested (at most ${limits.commitsPerPush})` : '';
  return acted(`${note}${more}`, wakes);
}

/**
 * Where the commits begin that a push does not list: those of pushes before it that nobody has told of, and its own where it was
 * found by looking. Null: it lists all.
 */
async function gapBefore(
  tx: Tx,
  repositoryId: RepositoryId,
  { branch, before, commits }: Push,
): Promise<CommitSha | null> {
  if (before === null) return null;
  const last = await findNewestLanded(tx, repositoryId, branch);
  if (last && last.commit !== before) return last.commit;
  return commits.length === 0 ? before : null;
}

/** A maintainer has pushed what a fork had offered, so that it can be tested as theirs; null: no fork has. */
async function vouchFor(parts: ChangeParts, push: Push): Promise<Handled | null> {
  return parts.store.write(async tx => {
    await assertRole(tx, parts.role);
    const { fullName } = push.repository;
    const repository = await findRepositoryByName(tx, fullName);
    const runs = repository ? await listRunsOfCommit(tx, repository.id, push.after) : [];
    const offered = runs.filter(({ isTrusted }) => !isTrusted);
    if (offered.length === 0) return null;
    const why = `pushed to ${fullName} itself by ${push.pusher}`;
    const wakes: Wake[] = [];
    for (const run of offered) wakes.push(...(await vouch(parts, tx, run, { runsAtOnce: true, why })));
    return acted(`${shortCommit(push.after)} comes from a fork, and is trusted from now on`, wakes);
  });
}

function landedRun(
  { now }: ChangeParts,
  push: Push,
  repositoryId: RepositoryId,
  commit: CommitSha,
  since: CommitSha | null,
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
      ...(since === null ? {} : { since }),
    },
    state: { status: 'preparing' as const, tries: 0, nextAt: now(), message: null },
  };
}
