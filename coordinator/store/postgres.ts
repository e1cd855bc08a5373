import { type Dialect, PostgresDialect } from 'kysely';
import pg from 'pg';

const int8 = 20;

/** A dialect over PostgreSQL. Times and counts are bigint there; all of ours fit a double exactly. */
export function postgresDialect(url: string, mode: 'writer' | 'reader'): Dialect {
  const pool = new pg.Pool({
    connectionString: url,
    max: mode === 'writer' ? 1 : 4,
    connectionTimeoutMillis: 5_000,
    types: {
      getTypeParser: (oid: number, format?: 'text' | 'binary') =>
        oid === int8 ? Number : pg.types.getTypeParser(oid, format as 'text'),
    } as pg.CustomTypesConfig,
  });
  // A connection that breaks while idle is replaced at its next use; without a listener it would end the process.
  pool.on('error', () => {});
  return new PostgresDialect({ pool });
}
