/** Rows of merging → views: what web, CLI and API show. Reading only. */
import { limits } from '#shared/limits.ts';
import type { MergeBatchView, MergeEntryView, MergingView } from '#shared/merge-api.ts';
import { findChangeById } from '../store/changes.ts';
import {
  findMergeBatch,
  findMergeLane,
  listActiveBatches,
  listMergeBatches,
  type MergeBatch,
} from '../store/merge-batches.ts';
import { listActiveEntries, listEndedEntries, type MergeEntry } from '../store/merge-entries.ts';
import { findRepository, type Repository } from '../store/repositories.ts';
import type { Tx } from '../store/store.ts';
import { numbersBefore } from './chain.ts';
import { factsOfEntry } from './entry-status.ts';
import type { MergingParts } from './ports.ts';
import { entrySentence } from './words.ts';

type Parts = Pick<MergingParts, 'policyFor' | 'now'>;
type MaySee = (repository: Repository) => boolean;

export async function browseMerging(parts: Parts, tx: Tx, maySee: MaySee): Promise<MergingView> {
  const query = { repositoryId: null, max: limits.mergeHistory };
  const active = await listActiveEntries(tx);
  const batches: MergeBatchView[] = [];
  const underWay = await listActiveBatches(tx);
  for (const batch of await listMergeBatches(tx, query)) {
    const repository = await findRepository(tx, batch.repositoryId);
    if (repository && maySee(repository))
      batches.push(viewBatch(batch, repository, numbersBefore(underWay, batch)));
  }
  return {
    entries: (await viewEntries(parts, tx, active, maySee, active)).toSorted((a, b) => rankOf(a) - rankOf(b)),
    ended: await viewEntries(parts, tx, await listEndedEntries(tx, query), maySee, active),
    batches,
    pauses: await pausesOf(parts, tx, active, maySee),
  };
}

const ranks: MergeEntryView['status'][] = ['landing', 'testing', 'in-batch', 'waiting'];

/** Whoever is not in line comes last. */
const rankOf = ({ status, place }: MergeEntryView): number =>
  ranks.indexOf(status) * limits.mergeEntries + (status === 'waiting' ? (place ?? limits.mergeEntries) : 0);

async function viewEntries(
  parts: Parts,
  tx: Tx,
  entries: readonly MergeEntry[],
  maySee: MaySee,
  active: readonly MergeEntry[],
): Promise<MergeEntryView[]> {
  const views: MergeEntryView[] = [];
  for (const entry of entries) {
    const repository = await findRepository(tx, entry.repositoryId);
    const change = await findChangeById(tx, entry.changeId);
    const facts = await factsOfEntry(parts, tx, entry, active);
    if (!repository || !change || !facts || !maySee(repository)) continue;
    views.push({
      id: entry.id,
      repository: repository.fullName,
      number: change.number,
      title: change.title,
      author: change.author,
      baseRef: entry.baseRef,
      headSha: entry.headSha,
      status: entry.state.status,
      sentence: entrySentence(facts),
      place: facts.place,
      priority: entry.priority,
      ask: entry.ask,
      askedAt: entry.askedAt,
      batch: 'batch' in entry.state ? entry.state.batch : null,
      run: await runOf(tx, entry),
    });
  }
  return views;
}

async function runOf(tx: Tx, { state }: MergeEntry) {
  if (state.status === 'ejected') return state.run;
  const batch = 'batch' in state && state.batch ? await findMergeBatch(tx, state.batch) : null;
  return batch?.state.run ?? null;
}

const viewBatch = (
  { id, baseRef, baseSha, commit, entries, state, createdAt }: MergeBatch,
  { fullName: repository }: Repository,
  after: number[],
): MergeBatchView => ({
  ...{ id, repository, baseRef, baseSha, commit, createdAt },
  numbers: entries.map(({ number }) => number),
  after,
  status: state.status,
  message: 'message' in state ? state.message : null,
  run: state.run,
});

async function pausesOf(
  { now }: Parts,
  tx: Tx,
  entries: readonly MergeEntry[],
  maySee: MaySee,
): Promise<MergingView['pauses']> {
  const pauses = new Map<string, MergingView['pauses'][number]>();
  for (const { repositoryId, baseRef } of entries) {
    const repository = await findRepository(tx, repositoryId);
    const { message, nextAt } = await findMergeLane(tx, { repositoryId, baseRef });
    if (!repository || !maySee(repository) || message === null || nextAt <= now()) continue;
    const key = `${repositoryId} ${baseRef}`;
    pauses.set(key, { repository: repository.fullName, baseRef, message, until: nextAt });
  }
  return [...pauses.values()];
}
