/** Labels, reviews, draft state of a pull request: nothing is tested for them, but a merge may hang on it. */
import { upsertRepository } from '../store/repositories.ts';
import { assertRole } from '../store/roles.ts';
import type { PullTouched } from './forge-intent.ts';
import { acted, type ChangeParts, type Handled, notActed, unknownRepository } from './intake-ports.ts';

export async function touchPull(parts: ChangeParts, touched: PullTouched): Promise<Handled> {
  const { repository: forge, number } = touched;
  if (!parts.policyFor(forge.fullName)) return unknownRepository(forge.fullName);
  return parts.store.write(async tx => {
    await assertRole(tx, parts.role);
    const repository = await upsertRepository(tx, { ...forge, forge: 'github' }, parts.now());
    const wakes = await parts.heardOfPull(tx, repository, { ...touched, isNew: false });
    return wakes.length > 0
      ? acted(`#${number} is looked at: it is asked to be merged`, wakes)
      : notActed(`nobody asks for a merge of #${number}`);
  });
}
