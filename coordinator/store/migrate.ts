import { type Kysely, sql } from 'kysely';
import { StoreError } from './errors.ts';
import { up as spine } from './migrations/0001-spine.ts';
import type { MigrationContext } from './migrations/context.ts';

export type Migration = {
  number: number;
  name: string;
  up: (db: Kysely<unknown>, context: MigrationContext) => Promise<void>;
};

/** In order, never edited once released; each runs in the transaction that records it. */
export const migrations: Migration[] = [{ number: 1, name: 'spine', up: spine }];

async function appliedNumbers(db: Kysely<unknown>): Promise<number[]> {
  await sql`create table if not exists schema_migration (number integer primary key, name text not null)`.execute(
    db,
  );
  const { rows } = await sql<{ number: number }>`select number from schema_migration order by number`.execute(
    db,
  );
  return rows.map(row => Number(row.number));
}

function refuseNewer(applied: number[], known: Migration[], place: string): void {
  const newest = Math.max(0, ...known.map(({ number }) => number));
  const newer = applied.filter(number => number > newest);
  if (newer.length === 0) return;
  throw new StoreError(
    'newer-schema',
    `${place} was written by a newer Paddock (schema ${Math.max(...newer)}, this one knows ${newest}); ` +
      'nothing was changed. Start the newer version, or use another data directory',
  );
}

/**
 * Brings a database to this binary's schema, one transaction per migration.
 * @throws StoreError `newer-schema` when the database knows more than this binary.
 */
export async function migrate(
  db: Kysely<unknown>,
  context: MigrationContext,
  place: string,
  known: Migration[] = migrations,
): Promise<void> {
  const applied = await appliedNumbers(db);
  refuseNewer(applied, known, place);
  for (const migration of known.filter(({ number }) => !applied.includes(number)))
    await db.transaction().execute(async tx => {
      await migration.up(tx, context);
      await sql`insert into schema_migration (number, name) values (${migration.number}, ${migration.name})`.execute(
        tx,
      );
    });
}
