import { query, usePostgres } from '#test/support/with-postgres.ts';
import { describeStore } from './store-contract.ts';

const postgres = usePostgres();

describeStore('PostgreSQL', async () => {
  const url = await postgres.createDatabase();
  return {
    database: 'postgres',
    location: { type: 'postgres', url },
    outside: statement => query(url, statement),
    remove: async () => {},
  };
});
