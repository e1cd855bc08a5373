/**
 * node:sqlite under kysely's SQLite dialect. The dialect was written for better-sqlite3; the differences that fail
 * silently are closed here: a statement must say whether it returns rows, parameters are variadic, and a value that is
 * not a scalar would be taken for a bag of named parameters and stored as NULL.
 */
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { type Dialect, SqliteDialect } from 'kysely';

const statementsKept = 500;

function toScalars(parameters: readonly unknown[]): SQLInputValue[] {
  return parameters.map(value => {
    if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint')
      return value;
    if (value instanceof Uint8Array) return value;
    throw new TypeError(`SQLite takes strings, numbers, bytes and null; a ${typeof value} was passed`);
  });
}

function adapt(statement: StatementSync) {
  return {
    reader: statement.columns().length > 0,
    all: (parameters: readonly unknown[]) => statement.all(...toScalars(parameters)),
    run: (parameters: readonly unknown[]) => statement.run(...toScalars(parameters)),
    iterate: (parameters: readonly unknown[]) => statement.iterate(...toScalars(parameters)),
  };
}

/** A dialect over one database file. The writer runs in WAL with synchronous=FULL: what is committed survives power loss. */
export function sqliteDialect(file: string, mode: 'writer' | 'reader'): Dialect {
  const open = () => {
    const database = new DatabaseSync(file, { readOnly: mode === 'reader', timeout: 5_000 });
    if (mode === 'writer')
      database.exec('pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on');
    const statements = new Map<string, ReturnType<typeof adapt>>();
    return {
      close: () => database.close(),
      prepare(sql: string) {
        const known = statements.get(sql);
        if (known) return known;
        if (statements.size >= statementsKept) statements.clear();
        const statement = adapt(database.prepare(sql));
        statements.set(sql, statement);
        return statement;
      },
    };
  };
  return new SqliteDialect({ database: async () => open() });
}
