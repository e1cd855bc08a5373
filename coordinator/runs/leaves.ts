/** Pull requests that are none of ours any more: what runs for them is over. */
import { type Change, findChange, isHeadOfOpenChange, saveChange } from '../store/changes.ts';
import { findRepositoryByName } from '../store/repositories.ts';
import { assertRole } from '../store/roles.ts';
import { listRunsOfChange } from '../store/runs.ts';
import type { Tx } from '../store/store.ts';
import type { Wake } from '../wake.ts';
import { followBases, knownBases } from './bases-of.ts';
import { changeOf } from './change-of.ts';
import type { PullFacts } from './forge-intent.ts';
import { acted, type ChangeParts, type Handled, notActed } from './intake-ports.ts';

/** Into its base nothing is tested. It may have had another one before: then what was known of it is over. */
export async function leaveChange(parts: ChangeParts, facts: PullFacts): Promise<Handled> {
  const { repository: forge, number, baseRef, updatedAt } = facts;
  const note = `the base ${baseRef} is not a configured branch of ${forge.fullName}`;
  const repository = await findRepositoryByName(parts.store.read, forge.fullName);
  if (!repository) return notActed(note);
  return parts.store.write(async tx => {
    await assertRole(tx, parts.role);
    const known = await findChange(tx, repository.id, number);
    if (known?.state !== 'open' || known.updatedAt > updatedAt) return notActed(note);
    const before = await knownBases(tx, repository.id, known.headSha);
    const change = await saveChange(tx, { ...changeOf(repository, facts, known), state: 'closed' });
    const words = `#${number} is to be merged into ${baseRef} now, which is not tested`;
    return acted(words, [
      ...(await cancelRuns(parts, tx, change, words)),
      ...(await followBases(parts, tx, repository.id, known.headSha, before)),
    ]);
  });
}

/** Those of its head and of the heads before, unless another open pull request is at the same commit. */
export async function cancelRuns(
  { runs, now }: ChangeParts,
  tx: Tx,
  change: Change,
  message: string,
): Promise<Wake[]> {
  const wakes: Wake[] = [];
  for (const run of await listRunsOfChange(tx, change.id)) {
    if (run.purpose !== 'change') continue;
    if (await isHeadOfOpenChange(tx, change.repositoryId, run.commit, change.id)) continue;
    wakes.push(
      ...(await runs.applyTo(tx, run, { type: 'cancel-requested', at: now(), reason: 'cancelled', message }))
        .wakes,
    );
  }
  return wakes;
}
