/** Pull requests that are closed: a merge lands its commit; without one the jobs of the change are over. */

import type { CommitSha } from '#shared/ids.ts';
import { shortCommit } from '#shared/short-commit.ts';
import type { Wake } from '../ground/wake.ts';
import { type Change, findChange, saveChange } from '../store/changes.ts';
import { listJobsOfRun } from '../store/jobs.ts';
import { findRepositoryByName, upsertRepository } from '../store/repositories.ts';
import { assertRole } from '../store/roles.ts';
import { ensureRun, linkRun, type NewRun } from '../store/runs.ts';
import type { Tx } from '../store/store.ts';
import { followBases, knownBases } from './bases-of.ts';
import { changeOf } from './change-of.ts';
import type { PullClosed } from './forge-intent.ts';
import { cancelRuns, listHeads, supersede } from './heads-of.ts';
import { acted, type ChangeParts, type Handled, unknownRepository } from './intake-ports.ts';
import { leaveChange } from './leaves.ts';

export async function closeChange(parts: ChangeParts, facts: PullClosed): Promise<Handled> {
  const { repository: forge, number, merged } = facts;
  const policy = parts.policyFor(forge.fullName);
  if (!policy) return unknownRepository(forge.fullName);
  if (!policy.isConfiguredBranch(facts.baseRef, forge.defaultBranch)) return leaveChange(parts, facts);
  if (!merged && (await isReopenedSince(parts, facts)))
    return acted(`#${number} was closed, and is open now`);
  return parts.store.write(async tx => {
    await assertRole(tx, parts.role);
    const repository = await upsertRepository(tx, { ...forge, forge: 'github' }, parts.now());
    const known = await findChange(tx, repository.id, number);
    // What is merged stays so, whatever within the same second was said before.
    if (!merged && known && (known.state === 'merged' || known.updatedAt > facts.updatedAt))
      return acted(`#${number} was closed, and is ${known.state} now`);
    const state = merged ? ('merged' as const) : ('closed' as const);
    const before = await knownBases(tx, repository.id, facts.headSha);
    const change = await saveChange(tx, { ...changeOf(repository, facts, known), state });
    const others = await followBases(parts, tx, repository.id, facts.headSha, before);
    if (!merged) {
      const cancelled = await cancelRuns(parts, tx, change, known, `#${number} was closed without a merge`);
      return acted(`#${number} closed`, [...others, ...cancelled]);
    }
    const mergeSha = (await parts.landedWith(tx, change.id)) ?? merged.mergeSha;
    const { run } = await ensureRun(tx, mergedRun(parts, change, facts, mergeSha), parts.now());
    // The push of the merge came first, and knew of no pull request.
    if (run.changeId === null) await linkRun(tx, run.id, change);
    const wakes = await endWaiting(parts, tx, change);
    if (policy.commits === 'supersede') wakes.push(...(await supersede(parts, tx, change, known)));
    return acted(`#${number} landed as ${shortCommit(mergeSha)}`, [
      ...others,
      ...wakes,
      { type: 'preparation' },
    ]);
  });
}

/** Closed and reopened within one second of the forge's clock: its words do not tell which was the last. */
async function isReopenedSince(
  { store, currentPull }: ChangeParts,
  { repository: { fullName }, number, updatedAt }: PullClosed,
): Promise<boolean> {
  const repository = await findRepositoryByName(store.read, fullName);
  const known = repository && (await findChange(store.read, repository.id, number));
  if (known?.state !== 'open' || known.updatedAt !== updatedAt) return false;
  return (await currentPull(fullName, number)).isOpen;
}

function mergedRun({ now }: ChangeParts, change: Change, facts: PullClosed, mergeSha: CommitSha): NewRun {
  return {
    repositoryId: change.repositoryId,
    commit: mergeSha,
    ref: facts.baseRef,
    purpose: 'landed',
    changeId: change.id,
    isTrusted: true,
    title: facts.title,
    author: facts.author,
    // Older than what the branch was at, if anything: what may have changed is never too little.
    request: { command: null, images: null, landed: true, before: facts.baseSha },
    state: { status: 'preparing', tries: 0, nextAt: now(), message: null },
  };
}

/** Nobody approves a commit that has landed: without this its statuses would wait for that for ever. */
async function endWaiting({ applyToJob, now }: ChangeParts, tx: Tx, change: Change): Promise<Wake[]> {
  const message = `#${change.number} was merged before anybody approved it`;
  const wakes: Wake[] = [];
  for (const run of change.isFork ? await listHeads(tx, change, [change.headSha]) : [])
    for (const { id, state } of await listJobsOfRun(tx, run.id))
      if (state.status === 'blocked' && state.on === 'approval') {
        const event = { type: 'cancel-requested', at: now(), reason: 'cancelled', message } as const;
        wakes.push(...(await applyToJob(tx, id, event)).wakes);
      }
  return wakes;
}
