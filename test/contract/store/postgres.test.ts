import { openStore } from '#coordinator/store/store.ts';
import { query, usePostgres } from '#test/support/with-postgres.ts';
import { describeStore } from './store-contract.ts';

const postgres = usePostgres();

let original: Promise<string> | null = null;

async function migrated(): Promise<string> {
  const url = await postgres.createDatabase();
  await (await openStore({ type: 'postgres', url })).close();
  return url;
}

async function ready(): Promise<string> {
  original ??= migrated();
  return postgres.createDatabase(await original);
}

describeStore('PostgreSQL', async as => {
  const url = await (as === 'empty' ? postgres.createDatabase() : ready());
  return {
    database: 'postgres',
    location: { type: 'postgres', url },
    outside: statement => query(url, statement),
    remove: async () => {},
  };
});
