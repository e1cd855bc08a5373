/**
 * node-postgres under kysely's PostgreSQL dialect. What would differ from SQLite is made alike here: which parameters are
 * taken, what bytes and big integers come back as, that a reader cannot write, and how long a lock is waited for.
 */
import { PostgresDialect, type PostgresPoolClient } from 'kysely';
import pg from 'pg';
import { limits } from '#shared/limits.ts';
import { type DatabaseFailure, databaseFailure } from './errors.ts';
import { toScalars } from './scalars.ts';

const bytea = 17;
const int8 = 20;

/**
 * A transaction whose coordinator stands still would keep its locks, the one on the role among them: the server ends it
 * before another coordinator, which waits for a lock, gives up.
 */
const session = {
  writer: `set idle_in_transaction_session_timeout = ${limits.databaseStandstillMs};
    set lock_timeout = ${limits.databaseLockMs};
    set default_transaction_isolation = 'read committed'`,
  reader: 'set default_transaction_read_only = on',
};

/** Error codes and classes: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const failures: [RegExp, DatabaseFailure][] = [
  [/^53100$/, 'disk-full'],
  [/^58030$/, 'disk-failed'],
  [/^(55P03|40P01|40001)$/, 'locked'],
  [/^(25006|42501)$/, 'not-writable'],
  [/^(28...|3D000)$/, 'login-refused'],
  [/^XX00[12]$/, 'damaged'],
  [/^(08...|57P0.|53300|25P03|E(?!RR_)[A-Z_]+)$/, 'unreachable'],
];

/** Of these the library says no code. */
const brokenConnection = /^Connection terminated|^timeout exceeded when trying to connect|not queryable$/;

function failureOf(error: unknown): DatabaseFailure | undefined {
  const { code = '', message = '' } = error as { code?: string; message?: string };
  if (brokenConnection.test(message)) return 'unreachable';
  return failures.find(([codes]) => codes.test(code))?.[1];
}

/** Names the operational failures; everything else stays what it is. */
async function named<Result>(place: string, run: () => Promise<Result>): Promise<Result> {
  try {
    return await run();
  } catch (error) {
    const failure = failureOf(error);
    throw failure ? databaseFailure(failure, place, error) : error;
  }
}

const parsers: Record<number, (text: string) => unknown> = {
  // Times and counts are bigint; all of ours fit a double exactly.
  [int8]: Number,
  // A Buffer would say another thing when it is turned into text or JSON.
  [bytea]: text => new Uint8Array(Buffer.from(text.slice('\\x'.length), 'hex')),
};

function openPool(url: string, mode: 'writer' | 'reader'): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max: mode === 'writer' ? 1 : limits.databaseReaders,
    connectionTimeoutMillis: limits.databaseConnectMs,
    keepAlive: true,
    types: {
      getTypeParser: (oid: number, format?: 'text' | 'binary') =>
        parsers[oid] ?? pg.types.getTypeParser(oid, format as 'text'),
    } as pg.CustomTypesConfig,
    onConnect: client => client.query(session[mode]),
  });
  // A broken connection fails the query that uses it, or is replaced before the next one; without listeners it would end
  // the process, whether it was idle or held by a transaction between two queries.
  pool.on('error', () => {});
  pool.on('connect', client => client.on('error', () => {}));
  return pool;
}

/** All that kysely asks of a client, as long as nobody streams with a cursor. */
const adapt = (client: pg.PoolClient, place: string): PostgresPoolClient =>
  ({
    query: (sql: string, parameters: readonly unknown[] = []) =>
      named(place, async () => client.query(sql, toScalars(parameters))),
    release: (isBroken?: boolean) => client.release(isBroken),
  }) as unknown as PostgresPoolClient;

/** A dialect over PostgreSQL. */
export function postgresDialect(url: string, mode: 'writer' | 'reader', place: string): PostgresDialect {
  const pool = openPool(url, mode);
  return new PostgresDialect({
    pool: {
      options: pool.options,
      connect: async () => adapt(await named(place, () => pool.connect()), place),
      end: () => pool.end(),
    },
  });
}
