/**
 * Group commit: changes that arrive in one turn of the event loop share a transaction, each in a savepoint, so that one
 * that throws does not undo its neighbours; every caller gets its answer only after the commit. On a disk with a 4 ms
 * fsync this is three times the throughput of one transaction per change.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { CompiledQuery, type Kysely } from 'kysely';
import { limits } from '#shared/limits.ts';
import { StoreError } from './errors.ts';
import type { Tables } from './schema.ts';

type Tx = Kysely<Tables>;

export type GroupCommit = {
  write<Result>(change: (tx: Tx) => Promise<Result>): Promise<Result>;
  /** Takes no more changes, and waits for those it has. */
  close(): Promise<void>;
};

type Waiting = {
  change: (tx: Tx) => Promise<unknown>;
  done: (result: unknown) => void;
  failed: (error: unknown) => void;
};
type Answer = { waiting: Waiting; result: unknown } | { waiting: Waiting; error: unknown };

const savepoint = CompiledQuery.raw('savepoint change');
const rollBack = CompiledQuery.raw('rollback to savepoint change');
const release = CompiledQuery.raw('release savepoint change');

/** Told of each transaction that was committed: how long it took, and how many changes it had. */
export type Committed = (tookMs: number, changes: number) => void;

/** The writer must not be used by anybody else. */
export function startGroupCommit(writer: Tx, committed: Committed = () => {}): GroupCommit {
  let queue: Waiting[] = [];
  let flushing: Promise<void> | null = null;
  let isClosed = false;

  /**
   * Turns of the loop, at least one: whoever writes again and again must not keep timers and sockets waiting. One more as
   * long as each brings further changes: a turn takes microseconds, a commit what the disk takes.
   */
  const gathered = async () => {
    for (let before = 0; before < queue.length && before < limits.changesPerCommit; ) {
      before = queue.length;
      await nextTurn();
    }
  };

  const flush = async () => {
    while (queue.length > 0) {
      await gathered();
      const batch = queue.slice(0, limits.changesPerCommit);
      queue = queue.slice(limits.changesPerCommit);
      await commitBatch(writer, batch, committed);
    }
    flushing = null;
  };

  return {
    write<Result>(change: (tx: Tx) => Promise<Result>): Promise<Result> {
      if (isClosed) return Promise.reject(new Error('the store is closed: this change came too late'));
      return new Promise<Result>((done, failed) => {
        queue.push({ change, done: done as (result: unknown) => void, failed });
        flushing ??= flush();
      });
    },
    async close() {
      isClosed = true;
      await flushing;
    },
  };
}

async function commitBatch(writer: Tx, batch: Waiting[], committed: Committed): Promise<void> {
  let answers: Answer[] = [];
  const begun = performance.now();
  try {
    answers = await runTransaction(writer, batch);
    committed(performance.now() - begun, batch.length);
  } catch (error) {
    for (const { failed } of batch) failed(error);
    return;
  }
  for (const answer of answers)
    if ('error' in answer) answer.waiting.failed(answer.error);
    else answer.waiting.done(answer.result);
}

async function runTransaction(writer: Tx, batch: Waiting[]): Promise<Answer[]> {
  const transaction = await writer.startTransaction().execute();
  try {
    const answers: Answer[] = [];
    for (const waiting of batch) answers.push(await runInSavepoint(transaction, waiting));
    await transaction.commit().execute();
    return answers;
  } catch (error) {
    // The database may have rolled back by itself; a second error would hide the first.
    await transaction
      .rollback()
      .execute()
      .catch(() => undefined);
    throw error;
  }
}

async function runInSavepoint(tx: Tx, waiting: Waiting): Promise<Answer> {
  await tx.executeQuery(savepoint);
  try {
    const result = await waiting.change(tx);
    await tx.executeQuery(release);
    return { waiting, result };
  } catch (error) {
    await undo(tx, error);
    return { waiting, error };
  }
}

/** Throws when the whole transaction is gone (disk full, connection lost): its neighbours hear why, not what followed. */
async function undo(tx: Tx, error: unknown): Promise<void> {
  try {
    await tx.executeQuery(rollBack);
    await tx.executeQuery(release);
  } catch (gone) {
    throw error instanceof StoreError ? error : gone;
  }
}
