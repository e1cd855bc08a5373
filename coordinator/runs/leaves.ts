/** Pull requests that are none of ours any more: what runs for them is over. */
import { findChange, saveChange } from '../store/changes.ts';
import { findRepositoryByName } from '../store/repositories.ts';
import { assertRole } from '../store/roles.ts';
import { followBases, knownBases } from './bases-of.ts';
import { changeOf } from './change-of.ts';
import type { PullFacts } from './forge-intent.ts';
import { cancelRuns } from './heads-of.ts';
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
      ...(await cancelRuns(parts, tx, change, known, words)),
      ...(await followBases(parts, tx, repository.id, known.headSha, before)),
    ]);
  });
}
