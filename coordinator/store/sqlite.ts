/**
 * node:sqlite under kysely's SQLite dialect. The dialect was written for better-sqlite3; the differences that fail
 * silently are closed here: a statement must say whether it returns rows, parameters are variadic and scalar, and text
 * behind the first statement would be ignored.
 */
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import {
  CompiledQuery,
  type DatabaseConnection,
  type Driver,
  type SelectModifierNode,
  SqliteDialect,
  SqliteDriver,
  SqliteQueryCompiler,
} from 'kysely';
import { limits } from '#shared/limits.ts';
import { type DatabaseFailure, databaseFailure } from './errors.ts';
import { toScalars } from './scalars.ts';

/** A file system without room for the shared memory of the WAL reports it as a failure of the disk. */
const noRoomForSharedMemory = 4_874;

/** SQLite's primary result codes: https://sqlite.org/rescode.html */
const failures: Record<number, DatabaseFailure> = {
  5: 'locked',
  6: 'locked',
  8: 'not-writable',
  10: 'disk-failed',
  11: 'damaged',
  13: 'disk-full',
  14: 'not-writable',
  26: 'damaged',
};

/** Names the operational failures; everything else stays what it is. */
function named<Result>(place: string, run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    const code = (error as { errcode?: number }).errcode ?? 0;
    const failure = code === noRoomForSharedMemory ? 'disk-full' : failures[code & 0xff];
    throw failure ? databaseFailure(failure, place, error) : error;
  }
}

function adapt(statement: StatementSync, place: string) {
  return {
    reader: statement.columns().length > 0,
    all: (parameters: readonly unknown[]) => named(place, () => statement.all(...toScalars(parameters))),
    run: (parameters: readonly unknown[]) => named(place, () => statement.run(...toScalars(parameters))),
    iterate: (parameters: readonly unknown[]) => statement.iterate(...toScalars(parameters)),
  };
}

function prepare(database: DatabaseSync, sql: string): StatementSync {
  const statement = database.prepare(sql);
  if (sql.slice(statement.sourceSQL.length).trim() !== '')
    throw new Error(`only the first statement would run of: ${sql}`);
  return statement;
}

function open(file: string, mode: 'writer' | 'reader', place: string) {
  const database = new DatabaseSync(file, { readOnly: mode === 'reader', timeout: limits.databaseLockMs });
  try {
    if (mode === 'writer')
      database.exec(
        `pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on;
         pragma wal_autocheckpoint = ${limits.databaseLogPages}`,
      );
  } catch (error) {
    database.close();
    throw error;
  }
  const statements = new Map<string, ReturnType<typeof adapt>>();
  return {
    close: () => database.close(),
    prepare(sql: string) {
      const known = statements.get(sql);
      if (known) return known;
      if (statements.size >= limits.databaseStatements) statements.clear();
      const statement = adapt(
        named(place, () => prepare(database, sql)),
        place,
      );
      statements.set(sql, statement);
      return statement;
    },
  };
}

/** One writer has the whole file: a lock on a row is more than it needs, and SQLite has no words for it. */
class Compiler extends SqliteQueryCompiler {
  protected override visitSelectModifier(node: SelectModifierNode): void {
    if (node.modifier !== 'ForShare' && node.modifier !== 'ForUpdate') super.visitSelectModifier(node);
  }
}

/** The lock is taken at the beginning: a transaction that reads first could not get it when somebody wrote meanwhile. */
class ImmediateDriver extends SqliteDriver {
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }
}

class Dialect extends SqliteDialect {
  readonly #database: () => Promise<ReturnType<typeof open>>;

  constructor(database: () => Promise<ReturnType<typeof open>>) {
    super({ database });
    this.#database = database;
  }

  override createDriver(): Driver {
    return new ImmediateDriver({ database: this.#database });
  }

  override createQueryCompiler(): SqliteQueryCompiler {
    return new Compiler();
  }
}

/** A dialect over one database file. The writer runs in WAL with synchronous=FULL: what is committed survives power loss. */
export const sqliteDialect = (file: string, mode: 'writer' | 'reader', place: string): SqliteDialect =>
  new Dialect(async () => named(place, () => open(file, mode, place)));
