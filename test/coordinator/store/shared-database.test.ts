/** Several coordinators on one PostgreSQL: only one of them decides, and each finds what the others wrote. */
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openAct, withinOrigin } from '#coordinator/store/acts.ts';
import { byItself, listAudit } from '#coordinator/store/audit.ts';
import { enrolHost, insertJoinToken } from '#coordinator/store/hosts.ts';
import { findJob, saveJobState } from '#coordinator/store/jobs.ts';
import { migrations } from '#coordinator/store/migrate.ts';
import { newId } from '#coordinator/store/new-id.ts';
import { takeRunNumber } from '#coordinator/store/repositories.ts';
import { assertRole, takeRole } from '#coordinator/store/roles.ts';
import { openStore, type Store, type Tx } from '#coordinator/store/store.ts';
import { jobs } from '#test/contract/job-samples.ts';
import { keys, put } from '#test/contract/store/notes.ts';
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

  it('never both claim in the audit log to have found the same', async () => {
    const both = await openTwo();
    const drain = { ...byItself, at, act: 'host.drain', subject: 'attic' } as const;
    const act = async (store: Store, key: string) => {
      const before = async (tx: Tx) => ({ there: (await keys(tx)).length });
      await withinOrigin(byItself, openAct({ facts: drain, before }), () => store.write(tx => put(tx, key)));
    };
    for (let round = 0; round < 20; round++)
      await Promise.all(both.map((store, n) => act(store, `${String(round).padStart(2, '0')} ${n}`)));
    const entries = await listAudit(both[0].read, {}, { before: null, max: 99 });
    const found = entries.reverse().map(({ before }) => before?.there);
    expect(found).toEqual(Array.from({ length: 40 }, (_, n) => n));
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

const someoneWaitsForALock = async (): Promise<boolean> => {
  const waiting =
    "select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()";
  return (await query(url, waiting)).length > 0;
};
