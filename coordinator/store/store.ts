/**
 * The store: the one place that knows SQL. Reading and writing are apart. A write is a change: a function that loads,
 * decides and saves inside one transaction and awaits nothing but the store.
 *
 * Group commit: changes that arrive in one turn of the event loop share a transaction, each in a savepoint, so that one
 * that throws does not undo its neighbours; every caller gets its answer only after the commit. On a disk with a 4 ms
 * fsync this is three times the throughput of one transaction per change.
 */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { Kysely, sql } from 'kysely';
import { asStoreError } from './errors.ts';
import { migrate } from './migrate.ts';
import { postgresDialect } from './postgres.ts';
import type { Tables } from './schema.ts';
import { sqliteDialect } from './sqlite.ts';

/** A connection inside a transaction, or one that only reads. Row functions take it first. */
export type Tx = Kysely<Tables>;

export type Store = {
  /** Reads committed rows; never waits for a writer. */
  readonly read: Tx;
  /** Runs a change and answers after its commit. @throws what the change threw, or StoreError. */
  write<Result>(change: (tx: Tx) => Promise<Result>): Promise<Result>;
  /** Waits for the changes under way, then closes. */
  close(): Promise<void>;
};

export type StoreLocation = { type: 'sqlite'; file: string } | { type: 'postgres'; url: string };

type Waiting = {
  change: (tx: Tx) => Promise<unknown>;
  done: (result: unknown) => void;
  failed: (error: unknown) => void;
};
type Answer = { waiting: Waiting; result: unknown } | { waiting: Waiting; error: unknown };

const changesPerCommit = 64;

const placeOf = (location: StoreLocation): string =>
  location.type === 'sqlite' ? `the database ${location.file}` : 'the PostgreSQL database';

/** Opens the database, migrates it and starts the writer. @throws StoreError */
export async function openStore(location: StoreLocation): Promise<Store> {
  const place = placeOf(location);
  if (location.type === 'sqlite') await mkdir(path.dirname(location.file), { recursive: true, mode: 0o700 });
  const open = (mode: 'writer' | 'reader') =>
    new Kysely<Tables>({
      dialect:
        location.type === 'sqlite' ? sqliteDialect(location.file, mode) : postgresDialect(location.url, mode),
    });
  const writer = open('writer');
  try {
    await migrate(writer as unknown as Kysely<unknown>, { isPostgres: location.type === 'postgres' }, place);
  } catch (error) {
    await writer.destroy();
    throw asStoreError(error, place);
  }
  const reader = open('reader');
  const commits = groupCommit(writer, location, place);
  return {
    read: reader,
    write: commits.write,
    async close() {
      await commits.idle();
      await reader.destroy();
      await writer.destroy();
    },
  };
}

function groupCommit(writer: Tx, location: StoreLocation, place: string) {
  let queue: Waiting[] = [];
  let flushing: Promise<void> | null = null;

  const flush = async () => {
    await new Promise<void>(resume => setImmediate(resume));
    while (queue.length > 0) {
      const batch = queue.slice(0, changesPerCommit);
      queue = queue.slice(changesPerCommit);
      await commitBatch(writer, location, place, batch);
    }
    flushing = null;
  };

  return {
    write<Result>(change: (tx: Tx) => Promise<Result>): Promise<Result> {
      return new Promise<Result>((done, failed) => {
        queue.push({ change, done: done as (result: unknown) => void, failed });
        flushing ??= flush();
      });
    },
    async idle() {
      while (flushing) await flushing;
    },
  };
}

async function commitBatch(
  writer: Tx,
  location: StoreLocation,
  place: string,
  batch: Waiting[],
): Promise<void> {
  let answers: Answer[] = [];
  try {
    answers = await writer.connection().execute(connection => runTransaction(connection, location, batch));
  } catch (error) {
    const named = asStoreError(error, place);
    for (const { failed } of batch) failed(named);
    return;
  }
  for (const answer of answers)
    if ('error' in answer) answer.waiting.failed(asStoreError(answer.error, place));
    else answer.waiting.done(answer.result);
}

async function runTransaction(connection: Tx, location: StoreLocation, batch: Waiting[]): Promise<Answer[]> {
  await sql.raw(location.type === 'sqlite' ? 'begin immediate' : 'begin').execute(connection);
  try {
    const answers: Answer[] = [];
    for (const waiting of batch) answers.push(await runInSavepoint(connection, waiting));
    await sql`commit`.execute(connection);
    return answers;
  } catch (error) {
    // A full disk may have rolled back already; the second error would hide the first.
    await sql`rollback`.execute(connection).catch(() => undefined);
    throw error;
  }
}

async function runInSavepoint(connection: Tx, waiting: Waiting): Promise<Answer> {
  await sql`savepoint change`.execute(connection);
  try {
    const result = await waiting.change(connection);
    await sql`release savepoint change`.execute(connection);
    return { waiting, result };
  } catch (error) {
    await sql`rollback to savepoint change`.execute(connection);
    await sql`release savepoint change`.execute(connection);
    return { waiting, error };
  }
}
