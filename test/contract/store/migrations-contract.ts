/**
 * Migrations, as people live through them. `schema-samples/` has rows of every schema: a new migration brings
 * those it makes, and all that stood there before must still be read by the code of today.
 */
import { type Kysely, sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connect } from '#coordinator/store/connect.ts';
import { listEntriesToClose, never } from '#coordinator/store/merge-entries.ts';
import { type Migration, migrate, migrations } from '#coordinator/store/migrate.ts';
import { schemaOf } from '#coordinator/store/schema-of.ts';
import { openStore } from '#coordinator/store/store.ts';
import type { OpenBench, StoreBench } from './bench.ts';
import { put, textOf } from './notes.ts';
import { insertSample, readSample, type SampleRows, samples } from './schema-samples.ts';

/** Brings the database to a schema, and does something with it there. */
async function atSchema(
  { location, database }: StoreBench,
  known: Migration[],
  then: (db: Kysely<unknown>) => Promise<void> = async () => {},
): Promise<void> {
  const db = connect<unknown>(location, 'writer');
  try {
    await migrate(db, database, 'the database', known);
    await then(db);
  } finally {
    await db.destroy();
  }
}

const upTo = (schema: number): Migration[] => migrations.filter(({ number }) => number <= schema);

const newest = Math.max(...migrations.map(({ number }) => number));

/** The next one, that makes a table and then does what it is told. */
const following = (then: () => Promise<void>): Migration => ({
  number: newest + 1,
  name: 'following',
  async up(db) {
    await sql`create table following (a integer)`.execute(db);
    await sql`insert into following (a) values (1)`.execute(db);
    await then();
  },
});

export function describeMigrations(name: string, openBench: OpenBench): void {
  describe(`${name}: migrations`, () => {
    let bench: StoreBench;
    beforeEach(async () => {
      bench = await openBench('empty');
    });
    afterEach(() => bench.remove());
    const applied = () => bench.outside('select number, name from schema_migration order by number');

    it('are numbered from 1 without a gap, and each schema has its sample rows', () => {
      const numbers = migrations.map(({ number }) => number);
      expect(numbers).toEqual(numbers.map((_, index) => index + 1));
      expect(samples.map(({ schema }) => schema)).toEqual(migrations.map(({ number }) => number));
    });

    it.each(samples)('rows of schema $schema are read by the code of today', async sample => {
      await atSchema(bench, upTo(sample.schema), db => insertSample(db.withTables<SampleRows>(), sample));
      const store = await openStore(bench.location);
      await readSample(store.read, sample);
      await store.close();
    });

    it('tell how runs stand that are over already', async () => {
      const sample = samples.find(({ schema }) => schema === 14);
      if (!sample) throw new Error('schema 14 has its sample');
      const ended = { status: 'settled', outcome: 'errored', message: '', settledAt: 1, attempt: null };
      const facts = { kind: 'repeatable', lastAttempt: 0, retries: 0 };
      await atSchema(bench, upTo(14), async db => {
        await insertSample(db.withTables<SampleRows>(), sample);
        const state = JSON.stringify({ ...ended, ...facts });
        await sql`update job set status = 'settled', state = ${state}`.execute(db);
      });
      const store = await openStore(bench.location);
      const { rows } = await sql<{ standing: string | null }>`select standing from run order by id`.execute(
        store.read,
      );
      expect(rows.map(({ standing }) => standing)).toEqual([
        null,
        'errored',
        'refused',
        'empty',
        'superseded',
      ]);
      await store.close();
    });

    it('leave alone what has landed and is closed on the forge', async () => {
      const sample = samples.find(({ schema }) => schema === 17);
      if (!sample) throw new Error('schema 17 has its sample');
      await atSchema(bench, upTo(17), async db => {
        await insertSample(db.withTables<SampleRows>(), sample);
        await sql`update merge_entry set state = replace(state, '"isToClose":true', '"isToClose":false')`.execute(
          db,
        );
      });
      const store = await openStore(bench.location);
      expect(await listEntriesToClose(store.read, never - 1, 9)).toEqual([]);
      await store.close();
    });

    it('are applied once, whoever opens the database how often', async () => {
      const first = await openStore(bench.location);
      await first.write(tx => put(tx, 'a', 'kept'));
      await first.close();
      const second = await openStore(bench.location);
      expect(await textOf(second.read, 'a')).toBe('kept');
      await second.close();
      expect(await applied()).toEqual(migrations.map(({ number, name }) => ({ number, name })));
    });

    it('that fail leave nothing half, and run when they are mended', async () => {
      const broken = following(async () => {
        throw new Error('out of luck');
      });
      await expect(atSchema(bench, [...migrations, broken])).rejects.toThrow('out of luck');
      await expect(bench.outside('select * from following')).rejects.toThrow();
      expect(await applied()).toHaveLength(migrations.length);
      await atSchema(bench, [...migrations, following(async () => {})]);
      expect(await bench.outside('select a from following')).toEqual([{ a: 1 }]);
      expect(await applied()).toHaveLength(migrations.length + 1);
    });

    it('are looked up without applying any', async () => {
      expect(await schemaOf(bench.location)).toBe(null);
      await atSchema(bench, []);
      expect(await schemaOf(bench.location)).toBe(0);
      await atSchema(bench, migrations);
      expect(await schemaOf(bench.location)).toBe(newest);
      await atSchema(bench, [...migrations, following(async () => {})]);
      await expect(schemaOf(bench.location)).rejects.toMatchObject({ code: 'newer-schema' });
    });

    it('of a newer Paddock are refused with what to do, and nothing is changed', async () => {
      await atSchema(bench, [...migrations, following(async () => {})]);
      const before = await applied();
      await expect(openStore(bench.location)).rejects.toMatchObject({
        name: 'StoreError',
        code: 'newer-schema',
        message: expect.stringMatching(
          `was written by a newer Paddock \\(schema ${newest + 1}, this one knows ${newest}\\); nothing was changed. Start the newer version`,
        ),
      });
      expect(await applied()).toEqual(before);
    });
  });
}
