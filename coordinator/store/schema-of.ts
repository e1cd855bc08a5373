import { existsSync } from 'node:fs';
import { connect, placeOf, type StoreLocation } from './connect.ts';
import { migrations, refuseNewer } from './migrate.ts';

type Migrations = { schema_migration: { number: number } };

/**
 * The number of a database's schema, looked up without changing anything; null when nothing is there yet.
 * @throws StoreError, as opening it would
 */
export async function schemaOf(location: StoreLocation): Promise<number | null> {
  if (location.type === 'sqlite' && !existsSync(location.file)) return null;
  const db = connect<Migrations>(location, 'reader');
  try {
    const tables = await db.introspection.getTables();
    if (!tables.some(({ name }) => name === 'schema_migration')) return null;
    const rows = await db.selectFrom('schema_migration').select('number').execute();
    const numbers = rows.map(({ number }) => number);
    refuseNewer(numbers, migrations, placeOf(location));
    return Math.max(0, ...numbers);
  } finally {
    await db.destroy();
  }
}
