import { existsSync } from 'node:fs';
import { sql } from 'kysely';
import { connect, placeOf, type StoreLocation } from './connect.ts';
import { migrations, refuseNewer } from './migrate.ts';

type Migrations = { schema_migration: { number: number } };

const hasMigrations = {
  sqlite: sql`select 1 from sqlite_master where type = 'table' and name = 'schema_migration'`,
  postgres: sql`select 1 where to_regclass('schema_migration') is not null`,
};

/**
 * The number of a database's schema, looked up without changing anything; null when nothing is there yet.
 * @throws StoreError, as opening it would
 */
export async function schemaOf(location: StoreLocation): Promise<number | null> {
  if (location.type === 'sqlite' && !existsSync(location.file)) return null;
  const db = connect<Migrations>(location, 'reader');
  try {
    const { rows: found } = await hasMigrations[location.type].execute(db);
    if (found.length === 0) return null;
    const rows = await db.selectFrom('schema_migration').select('number').execute();
    const numbers = rows.map(({ number }) => number);
    refuseNewer(numbers, migrations, placeOf(location));
    return Math.max(0, ...numbers);
  } finally {
    await db.destroy();
  }
}
