/** How entries stand → statuses on their heads, in the outbox. The same status is not written twice. */
import { mergeContext } from '#shared/forge-status.ts';
import type { Instant } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import type { Wake } from '../ground/wake.ts';
import { findChangeById } from '../store/changes.ts';
import { findMergeBatch, listActiveBatches } from '../store/merge-batches.ts';
import { listActiveEntries, type MergeEntry } from '../store/merge-entries.ts';
import { findRepository } from '../store/repositories.ts';
import { addStatusWrite, findLastStatusWrite } from '../store/status-writes.ts';
import type { Tx } from '../store/store.ts';
import { numbersBefore } from './chain.ts';
import { inLine } from './lane-policy.ts';
import type { MergingParts } from './ports.ts';
import { type EntryFacts, entryDescription, forgeStateOfEntry } from './words.ts';

/** What its sentence is made of. `active`: all that are not over, for who asks about many. */
export async function factsOfEntry(
  { policyFor }: Pick<MergingParts, 'policyFor'>,
  tx: Tx,
  entry: MergeEntry,
  active?: readonly MergeEntry[],
): Promise<EntryFacts | null> {
  const { state, baseRef } = entry;
  const change = await findChangeById(tx, entry.changeId);
  const repository = await findRepository(tx, entry.repositoryId);
  if (!change || !repository) return null;
  const batchId = 'batch' in state ? state.batch : null;
  const batch = batchId && (await findMergeBatch(tx, batchId));
  return {
    state,
    number: change.number,
    baseRef,
    place: isInLine(entry) ? placeOf(entry, active ?? (await listActiveEntries(tx))) : null,
    batch: batch ? batch.entries.map(({ number }) => number) : [],
    batchStatus: batch ? batch.state.status : null,
    after: batch ? numbersBefore(await listActiveBatches(tx), batch) : [],
    pushMessage: batch && batch.state.status === 'landing' ? batch.state.message : null,
    hasQueue: (policyFor(repository, baseRef)?.batch ?? null) !== null,
  };
}

const isInLine = ({ state }: MergeEntry): boolean => state.status === 'waiting' && state.why === null;

function placeOf({ id, repositoryId, baseRef }: MergeEntry, active: readonly MergeEntry[]): number {
  const beside = active.filter(
    other => other.repositoryId === repositoryId && other.baseRef === baseRef && isInLine(other),
  );
  return inLine(beside).findIndex(other => other.id === id) + 1;
}

/** `refresh`: only its sentence may have aged, and that may stand for a while. */
export async function publishEntry(
  parts: Pick<MergingParts, 'policyFor' | 'peopleUrl'>,
  tx: Tx,
  entry: MergeEntry,
  at: Instant,
  how: 'at-once' | 'refresh' = 'at-once',
  active?: readonly MergeEntry[],
): Promise<Wake[]> {
  const repository = await findRepository(tx, entry.repositoryId);
  const facts = await factsOfEntry(parts, tx, entry, active);
  if (!facts || repository?.forge !== 'github') return [];
  const subject = { repository: repository.fullName, commit: entry.headSha };
  const payload = {
    state: forgeStateOfEntry(entry.state),
    description: entryDescription(facts),
    targetUrl: `${parts.peopleUrl}/merging`,
  };
  const last = await findLastStatusWrite(tx, subject, mergeContext);
  const isOnItsWay = last?.status === 'pending' || last?.status === 'sent';
  if (isOnItsWay && JSON.stringify(last.payload) === JSON.stringify(payload)) return [];
  if (how === 'refresh' && last && at - last.createdAt < limits.statusRefreshMs) return [];
  const priority = payload.state === 'pending' ? 1 : 0;
  await addStatusWrite(tx, { ...subject, context: mergeContext, payload, priority }, at);
  return [{ type: 'outbox' }];
}
