/** Somebody asks for a merge, or does not any more: by label, API, command line or comment. */

import { limits } from '#shared/limits.ts';
import type { MergeAsk } from '#shared/merging.ts';
import { shortCommit } from '#shared/short-commit.ts';
import type { Wake } from '../ground/wake.ts';
import { type Change, findChange } from '../store/changes.ts';
import {
  findActiveEntry,
  insertMergeEntry,
  listActiveEntries,
  type MergeEntry,
  saveMergeEntry,
} from '../store/merge-entries.ts';
import { findRepositoryByName, type Repository } from '../store/repositories.ts';
import type { Tx } from '../store/store.ts';
import { publishEntry } from './entry-status.ts';
import type { MergingParts } from './ports.ts';
import { applyToEntry } from './transitions.ts';

type Parts = Pick<MergingParts, 'policyFor' | 'peopleUrl' | 'applyToRun' | 'now'>;

/** `refusal`: a sentence for whoever asked. */
export type Asked = { entry: MergeEntry; wakes: Wake[] } | { refusal: string; wakes: Wake[] };

const refused = (refusal: string): Asked => ({ refusal, wakes: [] });

/** Asked twice is asked once; a priority that is named counts from now on. What stands against it is found by the loop. */
export async function askMerge(
  parts: Parts,
  tx: Tx,
  { fullName, number, ask, priority }: { fullName: string; number: number; ask: MergeAsk; priority?: number },
): Promise<Asked> {
  const repository = await findRepositoryByName(tx, fullName);
  const change = repository && (await findChange(tx, repository.id, number));
  if (!repository || !change)
    return refused(
      `Paddock has not heard of ${fullName}#${number}; it hears of pull requests into configured branches`,
    );
  if (change.state !== 'open') return refused(`${fullName}#${number} is ${change.state}`);
  if (!parts.policyFor(repository, change.baseRef))
    return refused(
      `nothing is merged into ${change.baseRef} of ${fullName} here; an admin can say how under \`merge\` of the repository in the configuration`,
    );
  return add(parts, tx, repository, change, ask, priority);
}

async function add(
  parts: Parts,
  tx: Tx,
  repository: Repository,
  change: Change,
  ask: MergeAsk,
  priority?: number,
): Promise<Asked> {
  const at = parts.now();
  const known = await findActiveEntry(tx, change.id);
  if (known && known.headSha === change.headSha) {
    const entry = await saveMergeEntry(tx, { ...known, nextAt: at, priority: priority ?? known.priority });
    return { entry, wakes: [{ type: 'merging' }] };
  }
  const wakes: Wake[] = [];
  if (known) wakes.push(...(await leaveForNewHead(parts, tx, known, change)));
  if (known && (await findActiveEntry(tx, change.id)))
    return refused(
      `#${change.number} is landing at ${shortCommit(known.headSha)}; ask again when that is over`,
    );
  const beside = (await listActiveEntries(tx)).filter(
    ({ repositoryId, baseRef }) => repositoryId === repository.id && baseRef === change.baseRef,
  );
  if (beside.length >= limits.mergeEntries)
    return { ...refused(`${limits.mergeEntries} pull requests wait for ${change.baseRef} already`), wakes };
  const entry = await insertMergeEntry(tx, {
    repositoryId: repository.id,
    changeId: change.id,
    baseRef: change.baseRef,
    headSha: change.headSha,
    priority: priority ?? 0,
    ask,
    askedAt: at,
    state: { status: 'waiting', since: at, why: 'it has just been asked for' },
    nextAt: at,
  });
  wakes.push({ type: 'merging' }, ...(await publishEntry(parts, tx, entry, at)));
  return { entry, wakes };
}

export async function leaveForNewHead(
  parts: Parts,
  tx: Tx,
  entry: MergeEntry,
  { headSha }: Pick<Change, 'headSha'>,
): Promise<Wake[]> {
  const message = `${shortCommit(headSha)} is its head now`;
  return (await applyToEntry(parts, tx, entry, { type: 'withdrawn', at: parts.now(), message })).wakes;
}

/** A maintainer takes it back. Null when it took, else why not. */
export async function withdrawMerge(
  parts: Parts,
  tx: Tx,
  { fullName, number, message }: { fullName: string; number: number; message: string },
): Promise<{ wakes: Wake[]; rejected?: { message: string } }> {
  const repository = await findRepositoryByName(tx, fullName);
  const change = repository && (await findChange(tx, repository.id, number));
  const entry = change && (await findActiveEntry(tx, change.id));
  if (!entry) return { wakes: [], rejected: { message: `nobody asks for a merge of ${fullName}#${number}` } };
  const { wakes, rejected } = await applyToEntry(parts, tx, entry, {
    type: 'withdrawn',
    at: parts.now(),
    message,
  });
  return rejected ? { wakes, rejected } : { wakes };
}
