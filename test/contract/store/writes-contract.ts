/** Group commit, as every caller of `write` relies on it. */
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { openStore, type Tx } from '#coordinator/store/store.ts';
import { type OpenBench, useStore } from './bench.ts';
import { keys, put, rewrite, textOf } from './notes.ts';

export function describeWrites(name: string, openBench: OpenBench): void {
  describe(`${name}: changes`, () => {
    const lab = useStore(openBench);

    it('answers with what the change answered, after its commit', async () => {
      const seenBeforeCommit = await lab.store.write(async tx => {
        await put(tx, 'a');
        return { inside: await keys(tx), outside: await keys(lab.store.read) };
      });
      expect(seenBeforeCommit).toEqual({ inside: ['a'], outside: [] });
      expect(await keys(lab.store.read)).toEqual(['a']);
    });

    it('commits the changes of one turn together, in their order', async () => {
      const { store } = lab;
      const answers: string[] = [];
      const change = (key: string) =>
        store
          .write(async tx => {
            const before = { inside: await keys(tx), outside: await keys(store.read), answers: [...answers] };
            await put(tx, key);
            return before;
          })
          .finally(() => answers.push(key));
      const [, second, third] = await Promise.all([change('a'), change('b'), change('c')]);
      expect(second).toEqual({ inside: ['a'], outside: [], answers: [] });
      expect(third).toEqual({ inside: ['a', 'b'], outside: [], answers: [] });
      expect(answers).toEqual(['a', 'b', 'c']);
    });

    it('undoes a change that throws, whole, and none of its neighbours', async () => {
      const { store } = lab;
      const results = await Promise.allSettled([
        store.write(tx => put(tx, 'before')),
        store.write(async tx => {
          await put(tx, 'half');
          throw new Error('thought better of it');
        }),
        store.write(async tx => {
          await put(tx, 'quarter');
          await put(tx, 'before');
        }),
        store.write(tx => put(tx, 'after')),
      ]);
      expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
      expect(results[1]).toMatchObject({ reason: { message: 'thought better of it' } });
      expect(await keys(store.read)).toEqual(['after', 'before']);
    });

    it('undoes a change that throws before its first statement, and goes on', async () => {
      const thrown = lab.store.write(() => {
        throw new Error('at once');
      });
      await expect(thrown).rejects.toThrow('at once');
      await lab.store.write(tx => put(tx, 'a'));
      expect(await keys(lab.store.read)).toEqual(['a']);
    });

    it('takes more changes than fit one commit, in their order', async () => {
      const { store } = lab;
      const order: number[] = [];
      const change = async (n: number) => {
        await store.write(tx => put(tx, String(n).padStart(4, '0')));
        order.push(n);
      };
      const numbers = Array.from({ length: 300 }, (_, n) => n);
      await Promise.all(numbers.map(change));
      expect(order).toEqual(numbers);
      expect(await keys(store.read)).toHaveLength(300);
    });

    it('lets the event loop turn between two commits', async () => {
      let turns = 0;
      const count = () => {
        turns += 1;
        timer = setImmediate(count);
      };
      let timer = setImmediate(count);
      for (let n = 0; n < 20; n++) await lab.store.write(tx => put(tx, String(n)));
      clearImmediate(timer);
      expect(turns).toBeGreaterThanOrEqual(19);
    });

    it('reads without waiting for a change that is not committed', async () => {
      const { store } = lab;
      await store.write(tx => put(tx, 'a', 'old'));
      await store.write(async tx => {
        await rewrite(tx, 'a', 'new');
        expect(await textOf(store.read, 'a')).toBe('old');
      });
      expect(await textOf(store.read, 'a')).toBe('new');
    });

    it('closes after the changes it has, and takes none any more', async () => {
      const { store, bench } = lab;
      const written = Promise.all(['a', 'b'].map(key => store.write(tx => put(tx, key))));
      const closed = store.close();
      await expect(store.write(tx => put(tx, 'late'))).rejects.toThrow('the store is closed');
      await Promise.all([written, closed]);
      await store.close();
      const again = await openStore(bench.location);
      expect(await keys(again.read)).toEqual(['a', 'b']);
      await again.close();
    });

    it('does not write through what only reads', async () => {
      await expect(put(lab.store.read, 'a')).rejects.toMatchObject({
        name: 'StoreError',
        code: 'not-writable',
      });
      expect(await keys(lab.store.read)).toEqual([]);
    });

    it.each([
      ['a date', new Date(0)],
      ['an object', { a: 1 }],
      ['a list', ['a']],
      ['a truth value', true],
      ['nothing at all', undefined],
      ['what is no number', Number.NaN],
    ])('refuses %s as a value, and stores nothing', async (_, value) => {
      const change = (tx: Tx) =>
        sql`insert into upload (attempt_id, sha256, bytes) values ('a', 'b', ${value})`.execute(tx);
      await expect(lab.store.write(change)).rejects.toThrow(TypeError);
      expect(await lab.store.read.selectFrom('upload').selectAll().execute()).toEqual([]);
    });

    it('refuses a fraction where a whole number belongs', async () => {
      const role = { name: 'brain', holder: 'x', epoch: 1 };
      const change = (tx: Tx) =>
        sql`insert into role (name, holder, epoch, expires_at) values (${role.name}, ${role.holder}, 1, ${1.5})`.execute(
          tx,
        );
      await expect(lab.store.write(change)).rejects.toThrow();
    });
  });
}
