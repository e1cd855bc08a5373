/** A PostgreSQL server that is away, refuses, breaks connections or is used by others. */
import { sql } from 'kysely';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore, type Store, type Tx } from '#coordinator/store/store.ts';
import { keys, put, rewrite } from '#test/contract/store/notes.ts';
import { until } from '#test/support/until.ts';
import { query, usePostgres } from '#test/support/with-postgres.ts';

const postgres = usePostgres();

let url: string;
let stores: Store[];
beforeEach(async () => {
  stores = [];
  url = await postgres.createDatabase();
});
afterEach(async () => {
  for (const store of stores) await store.close();
});
const open = async (): Promise<Store> => {
  const store = await openStore({ type: 'postgres', url });
  stores.push(store);
  return store;
};

describe('a PostgreSQL server', () => {
  const unreachable = {
    name: 'StoreError',
    code: 'unreachable',
    message: expect.stringContaining('the PostgreSQL database cannot be reached; Paddock tries again'),
  };

  it('that is not there is named, without the password', async () => {
    const away = url.replace('paddock@', 'paddock:s3cret@').replace(/host=.*/, 'host=%2Fnowhere');
    const opening = openStore({ type: 'postgres', url: away });
    await expect(opening).rejects.toMatchObject(unreachable);
    await expect(opening).rejects.not.toMatchObject({ message: expect.stringContaining('s3cret') });
  });

  it('that does not let us in is named', async () => {
    const opening = openStore({ type: 'postgres', url: url.replace(/\/test_\d+/, '/nothing') });
    await expect(opening).rejects.toMatchObject({
      code: 'login-refused',
      message: expect.stringContaining('refuses the login; check its address, name and password'),
    });
  });

  it('in which somebody else holds a row keeps nobody waiting for ever', async () => {
    const store = await open();
    await store.write(tx => put(tx, 'a'));
    const change = (tx: Tx) => rewrite(tx, 'a', 'ours');
    const psql = new pg.Client({ connectionString: url });
    await psql.connect();
    await psql.query("begin; update join_token set host_name = 'mine'");
    await expect(store.write(change)).rejects.toMatchObject({
      name: 'StoreError',
      code: 'locked',
      message: expect.stringContaining('the PostgreSQL database is locked by another process; stop it'),
    });
    await psql.query('rollback');
    await psql.end();
    await store.write(change);
  });

  it('that breaks a connection fails the changes of that commit, and takes the next', async () => {
    const store = await open();
    const results = await Promise.allSettled([
      store.write(tx => put(tx, 'a')),
      store.write(async tx => {
        await breakConnection(tx);
        await put(tx, 'b');
      }),
      store.write(tx => put(tx, 'c')),
    ]);
    for (const result of results) expect(result).toMatchObject({ status: 'rejected', reason: unreachable });
    await store.write(tx => put(tx, 'd'));
    expect(await keys(store.read)).toEqual(['d']);
  });

  it('that breaks idle connections is connected to anew', async () => {
    const store = await open();
    await store.write(tx => put(tx, 'a'));
    await keys(store.read);
    await query(
      url,
      'select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and datname = current_database()',
    );
    await until('it writes again', () => store.write(tx => put(tx, 'b')).then(() => true));
    await until('it reads again', async () => (await keys(store.read)).includes('b'));
  });

  it('does not commit half of a change that swallows the failure of a statement', async () => {
    const store = await open();
    const results = await Promise.allSettled([
      store.write(tx => put(tx, 'a')),
      store.write(async tx => {
        await put(tx, 'b');
        await put(tx, 'b').catch(() => {});
      }),
      store.write(tx => put(tx, 'c')),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await keys(store.read)).toEqual(['a', 'c']);
  });
});

/** Ends the connection of a transaction between two of its statements, and waits until this process has heard of it. */
async function breakConnection(tx: Tx): Promise<void> {
  const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(tx);
  const [pid] = rows.map(row => row.pid);
  await query(url, 'select pg_terminate_backend($1)', [pid]);
  await until('the connection is gone', async () => {
    const left = await query(url, 'select 1 from pg_stat_activity where pid = $1', [pid]);
    return left.length === 0;
  });
}
