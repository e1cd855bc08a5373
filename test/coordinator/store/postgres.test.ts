/** What is particular to PostgreSQL: several coordinators on one database, and a server that comes and goes. */
import { sql } from 'kysely';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { enrolHost, insertJoinToken } from '#coordinator/store/hosts.ts';
import { findJob, saveJobState } from '#coordinator/store/jobs.ts';
import { migrations } from '#coordinator/store/migrate.ts';
import { newId } from '#coordinator/store/new-id.ts';
import { takeRunNumber } from '#coordinator/store/repositories.ts';
import { assertRole, takeRole } from '#coordinator/store/roles.ts';
import { openStore, type Store, type Tx } from '#coordinator/store/store.ts';
import { jobs } from '#test/contract/job-samples.ts';
import { keys, put, rewrite } from '#test/contract/store/notes.ts';
import { addJob, addRepository, at } from '#test/contract/store/sample-rows.ts';
import { until } from '#test/support/until.ts';
import { query, usePostgres } from '#test/support/with-postgres.ts';

const postgres = usePostgres();
const leaseMs = 10_000;

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
const openTwo = async (): Promise<[Store, Store]> => [await open(), await open()];

describe('coordinators that share a database', () => {
  it('open it at the same time, and it is migrated once', async () => {
    await Promise.all(Array.from({ length: 4 }, open));
    const applied = await query(url, 'select number from schema_migration order by number');
    expect(applied).toEqual(migrations.map(({ number }) => ({ number })));
  });

  it('are never two brains, whoever asks at the same time', async () => {
    const both = await openTwo();
    const epochs: number[] = [];
    for (let round = 0; round < 20; round++) {
      const now = at + round * leaseMs;
      const roles = await Promise.all(
        both.map(store => store.write(tx => takeRole(tx, 'brain', newId.coordinator(), now, leaseMs))),
      );
      epochs.push(...roles.flatMap(role => role?.epoch ?? []));
    }
    expect(epochs).toEqual(Array.from({ length: 20 }, (_, round) => round + 1));
  });

  it('take the role over only after what its holder is just deciding', async () => {
    const [anna, bert] = await openTwo();
    const role = await anna.write(tx => takeRole(tx, 'brain', newId.coordinator(), at, leaseMs));
    if (!role) throw new Error('the role was free');
    const asserted = Promise.withResolvers<void>();
    const decision = anna.write(async tx => {
      await assertRole(tx, role);
      asserted.resolve();
      await until('the other coordinator waits for the role', async () => {
        // Or the server would take this for a standstill.
        await sql`select 1`.execute(tx);
        return someoneWaitsForALock();
      });
      await put(tx, 'decided in time');
    });
    await asserted.promise;
    const takeOver = bert.write(async tx => {
      const taken = await takeRole(tx, 'brain', newId.coordinator(), at + leaseMs, leaseMs);
      return { epoch: taken?.epoch, seen: await keys(tx) };
    });
    await decision;
    expect(await takeOver).toEqual({ epoch: 2, seen: ['decided in time'] });
    const late = anna.write(async tx => {
      await put(tx, 'decided too late');
      await assertRole(tx, role);
    });
    await expect(late).rejects.toMatchObject({ code: 'not-the-brain' });
    expect(await keys(bert.read)).toEqual(['decided in time']);
  });

  it('save a job once', async () => {
    const both = await openTwo();
    const job = await both[0].write(tx => addJob(tx));
    const results = await Promise.allSettled(
      both.map(store => store.write(tx => saveJobState(tx, job, jobs.leased))),
    );
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(results).toContainEqual(
      expect.objectContaining({ reason: expect.objectContaining({ name: 'StaleRowError' }) }),
    );
    expect((await findJob(both[1].read, job.id))?.version).toBe(2);
  });

  it('agree on repositories and numbers that both make for the first time', async () => {
    const both = await openTwo();
    const inBoth = async <Result>(change: (tx: Tx) => Promise<Result>) =>
      Promise.all(both.map(store => store.write(change)));
    const [repository, same] = await inBoth(tx => addRepository(tx));
    expect(repository).toEqual(same);
    const numbers = await inBoth(async tx => repository && takeRunNumber(tx, repository.id));
    expect(numbers.sort()).toEqual([1, 2]);
  });

  it('enrol one host with a join token', async () => {
    const both = await openTwo();
    const token = { hash: 'hash', hostName: 'attic', expiresAt: at };
    await both[0].write(tx => insertJoinToken(tx, token));
    const hosts = await Promise.all(
      both.map((store, n) => store.write(tx => enrolHost(tx, { ...token, usedBy: null }, `U${n}`, at))),
    );
    expect(hosts.filter(host => host !== null)).toHaveLength(1);
  });

  it('do not wait for one that stands still in its transaction: the server ends that', async () => {
    const [anna, bert] = await openTwo();
    const [held, resume] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const standingStill = anna.write(async tx => {
      await put(tx, 'a');
      held.resolve();
      await resume.promise;
    });
    await held.promise;
    // It waits for the row of the same key, and then nobody has written one.
    await bert.write(tx => put(tx, 'a'));
    resume.resolve();
    await expect(standingStill).rejects.toMatchObject({ code: 'unreachable' });
    await anna.write(tx => put(tx, 'b'));
    expect(await keys(bert.read)).toEqual(['a', 'b']);
  });
});

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

const someoneWaitsForALock = async (): Promise<boolean> => {
  const waiting =
    "select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()";
  return (await query(url, waiting)).length > 0;
};

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
