/**
 * Commits of batches that were given up leave the mirror. What is to be dropped is read from the store, and noted when it is done:
 * a coordinator that dies in between drops it again, which is nothing.
 */
import { limits } from '#shared/limits.ts';
import {
  isBatchCommitInUse,
  listBatchesToDrop,
  type MergeBatch,
  noteBatchDropped,
} from '../store/merge-batches.ts';
import { findRepository } from '../store/repositories.ts';
import { OutsideError } from './errors.ts';
import type { MergingParts } from './ports.ts';
import { writeMerging } from './write-merging.ts';

export async function dropGivenUp(parts: MergingParts, signal: AbortSignal): Promise<void> {
  for (const batch of await listBatchesToDrop(parts.store.read, limits.mergeLooksAtOnce)) {
    if (!(await drop(parts, batch, signal))) return;
    await writeMerging(parts, async tx => {
      await noteBatchDropped(tx, batch.id);
      return [];
    });
  }
}

/** @returns whether it is gone */
async function drop(parts: MergingParts, batch: MergeBatch, signal: AbortSignal): Promise<boolean> {
  const repository = await findRepository(parts.store.read, batch.repositoryId);
  if (!repository || (await isBatchCommitInUse(parts.store.read, batch.commit))) return true;
  try {
    await parts.git.drop(repository, batch.commit, signal);
    return true;
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof OutsideError)) throw error;
    parts.report.warn({ batch: batch.id, repository: repository.fullName }, error.message);
    return false;
  }
}
