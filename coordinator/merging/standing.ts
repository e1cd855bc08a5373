/** What can be done about the merge of a pull request from a run of it, for its page. Reading only. */
import type { MergeStanding } from '#shared/merge-api.ts';
import { findChangeById } from '../store/changes.ts';
import { findActiveEntry } from '../store/merge-entries.ts';
import { findRepository } from '../store/repositories.ts';
import type { Run } from '../store/runs.ts';
import type { Tx } from '../store/store.ts';
import { factsOfEntry } from './entry-status.ts';
import type { MergingParts } from './ports.ts';
import { entrySentence } from './words.ts';

const nothing: MergeStanding = { verb: null, sentence: null };

/** Asked for at its head only: an older commit is not what would be merged. */
export async function mergeStanding(
  parts: Pick<MergingParts, 'policyFor'>,
  tx: Tx,
  run: Pick<Run, 'changeId' | 'commit'>,
): Promise<MergeStanding> {
  const change = run.changeId && (await findChangeById(tx, run.changeId));
  const repository = change && (await findRepository(tx, change.repositoryId));
  if (!change || !repository) return nothing;
  const entry = await findActiveEntry(tx, change.id);
  const facts = entry && (await factsOfEntry(parts, tx, entry));
  if (facts) return { verb: 'withdraw', sentence: entrySentence(facts) };
  const isHead = change.state === 'open' && change.headSha === run.commit;
  return isHead && parts.policyFor(repository, change.baseRef) ? { verb: 'merge', sentence: null } : nothing;
}
