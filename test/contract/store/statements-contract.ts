/** Queries that are compiled once: what each execution brings is in its place, in reading and in a transaction alike. */
import { describe, expect, it } from 'vitest';
import { newId } from '#coordinator/store/new-id.ts';
import type { Tables } from '#coordinator/store/schema.ts';
import { pick, statement } from '#coordinator/store/statement.ts';
import { type OpenBench, useStore } from './bench.ts';
import { at } from './sample-rows.ts';

const holder = newId.coordinator();

const insert = statement((db, row: Tables['role']) =>
  db.insertInto('role').values(pick(row, ['expires_at', 'name', 'epoch', 'holder'])),
);
const between = statement((db, { from, to }: { from: number; to: number }) =>
  db
    .selectFrom('role')
    .select(['name', 'expires_at'])
    .where('epoch', '<', to)
    .where('epoch', '>=', from)
    .orderBy('name'),
);
const raise = statement((db, { name }: { name: string }) =>
  db
    .updateTable('role')
    .set(eb => ({ epoch: eb('epoch', '+', 1) }))
    .where('name', '=', name),
);

export function describeStatements(name: string, openBench: OpenBench): void {
  describe(`${name}: statements`, () => {
    const lab = useStore(openBench);
    const add = (...names: string[]) =>
      lab.store.write(async tx => {
        for (const [epoch, each] of names.entries())
          await insert.run(tx, { name: each, epoch, holder, expires_at: at + epoch });
      });

    it('take other values each time', async () => {
      await add('a', 'b', 'c');
      const { read } = lab.store;
      expect(await between.all(read, { from: 0, to: 2 })).toEqual([
        { name: 'a', expires_at: at },
        { name: 'b', expires_at: at + 1 },
      ]);
      expect(await between.all(read, { from: 2, to: 9 })).toEqual([{ name: 'c', expires_at: at + 2 }]);
    });

    it('say the first row, or that there is none', async () => {
      await add('a', 'b');
      const { read } = lab.store;
      expect(await between.first(read, { from: 1, to: 9 })).toMatchObject({ name: 'b' });
      expect(await between.first(read, { from: 5, to: 9 })).toBeUndefined();
      expect(await between.one(read, { from: 0, to: 9 })).toMatchObject({ name: 'a' });
      await expect(between.one(read, { from: 5, to: 9 })).rejects.toThrow(/^no row came of: select/);
    });

    it('say how many rows they changed', async () => {
      await add('a');
      expect(await lab.store.write(tx => raise.run(tx, { name: 'a' }))).toBe(1n);
      expect(await lab.store.write(tx => raise.run(tx, { name: 'z' }))).toBe(0n);
      expect(await between.all(lab.store.read, { from: 1, to: 2 })).toHaveLength(1);
    });

    it('refuse to run without one of their values', async () => {
      const missing = { from: 0 } as { from: number; to: number };
      await expect(between.all(lab.store.read, missing)).rejects.toThrow(
        'a query takes strings, finite numbers, bytes and null; it got undefined',
      );
    });
  });
}
