/**
 * The store: the one place that knows SQL. Reading and writing are apart. A write is a change: a function that loads,
 * decides and saves inside one transaction and awaits nothing but the store.
 */
import { mkdir, open } from 'node:fs/promises';
import path from 'node:path';
import { type Kysely, sql } from 'kysely';
import { writingActs } from './acts.ts';
import { connect, placeOf, type StoreLocation } from './connect.ts';
import { databaseFailure } from './errors.ts';
import { type Committed, startGroupCommit } from './group-commit.ts';
import { migrate } from './migrate.ts';
import type { Tables } from './schema.ts';

/** A connection inside a transaction, or one that only reads. Row functions take it first. */
export type Tx = Kysely<Tables>;

export type Store = {
  /** Reads committed rows; never waits for a writer. @throws StoreError */
  readonly read: Tx;
  /**
   * Runs a change and answers after its commit. When it throws, nothing of it is saved; when it answers `unreachable`,
   * the commit may have come through all the same. Within an act (`acts.ts`) its entry of the audit log is part of it.
   * @throws what the change threw, or StoreError
   */
  write<Result>(change: (tx: Tx) => Promise<Result>): Promise<Result>;
  /** Takes no more changes, waits for those it has, then closes. */
  close(): Promise<void>;
};

/** Opens the database, migrates it and starts the writer, which tells of each commit. @throws StoreError */
export async function openStore(location: StoreLocation, committed?: Committed): Promise<Store> {
  if (location.type === 'sqlite') await makePrivate(location.file);
  const writer = connect(location, 'writer');
  const reader = connect(location, 'reader');
  try {
    await migrate(writer as unknown as Kysely<unknown>, location.type, placeOf(location));
    await sql`select 1`.execute(reader);
  } catch (error) {
    await reader.destroy();
    await writer.destroy();
    throw error;
  }
  const commits = startGroupCommit(writer, committed);
  return {
    read: reader,
    write: writingActs(commits.write),
    async close() {
      await commits.close();
      // In this order: the last one out brings everything into SQLite's one file, and a reader may not.
      await reader.destroy();
      await writer.destroy();
    },
  };
}

/** Private code and tokens pass through the database: nobody but its owner reads it. SQLite's other files follow it. */
async function makePrivate(file: string): Promise<void> {
  try {
    await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
    await (await open(file, 'a', 0o600)).close();
  } catch (error) {
    const isFull = (error as NodeJS.ErrnoException).code === 'ENOSPC';
    throw databaseFailure(isFull ? 'disk-full' : 'not-writable', `the database ${file}`, error);
  }
}
