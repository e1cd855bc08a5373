import { existsSync } from 'node:fs';
import { Kysely } from 'kysely';
import { migrations, refuseNewer } from './migrate.ts';
import { postgresDialect } from './postgres.ts';
import { sqliteDialect } from './sqlite.ts';
import type { StoreLocation } from './store.ts';

type Migrations = { schema_migration: { number: number } };

/**
 * The number of a database's schema, looked up without changing anything; null when nothing is there yet.
 * @throws StoreError, as opening it would
 */
export async function schemaOf(location: StoreLocation): Promise<number | null> {
  if (location.type === 'sqlite' && !existsSync(location.file)) return null;
  const place = location.type === 'sqlite' ? `the database ${location.file}` : 'the PostgreSQL database';
  const dialect =
    location.type === 'sqlite'
      ? sqliteDialect(location.file, 'reader', place)
      : postgresDialect(location.url, 'reader', place);
  const db = new Kysely<Migrations>({ dialect });
  try {
    const tables = await db.introspection.getTables();
    if (!tables.some(({ name }) => name === 'schema_migration')) return null;
    const rows = await db.selectFrom('schema_migration').select('number').execute();
    const numbers = rows.map(({ number }) => number);
    refuseNewer(numbers, migrations, place);
    return Math.max(0, ...numbers);
  } finally {
    await db.destroy();
  }
}
