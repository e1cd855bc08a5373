/** The audit log: an entry and its change are committed together, and a chain that was touched is found to be. */
import { describe, expect, it } from 'vitest';
import { createAudit } from '#coordinator/audit/audit.ts';
import { verifyAudit } from '#coordinator/audit/verify-chain.ts';
import { inAct, openAct, withinOrigin } from '#coordinator/store/acts.ts';
import { type AuditFacts, appendAudit, byItself, listAudit, trimAudit } from '#coordinator/store/audit.ts';
import type { Store, Tx } from '#coordinator/store/store.ts';
import { limits } from '#shared/limits.ts';
import { type OpenBench, useStore } from './bench.ts';
import { keys, put } from './notes.ts';
import { at } from './sample-rows.ts';

const origin = {
  actor: { kind: 'person', name: 'Kim', id: 'prs_00000000000000000000000001' },
  way: 'web',
  address: '192.0.2.1',
} as const;
const drain = { at, act: 'host.drain', subject: 'attic' } as const;
const facts = (more: Partial<AuditFacts> = {}): AuditFacts => ({ ...byItself, ...origin, ...drain, ...more });

const all = (store: Store) => listAudit(store.read, {}, { before: null, max: 99 });
const actsOf = async (store: Store) => (await all(store)).map(({ seq, act }) => `${seq} ${act}`).reverse();
const verify = (store: Store) => verifyAudit(store.read, null);

async function writeThree(store: Store): Promise<void> {
  for (const subject of ['attic', 'cellar', 'shed'])
    await store.write(tx => appendAudit(tx, facts({ subject })));
}

export function describeAudit(name: string, openBench: OpenBench): void {
  describe(`${name}: the audit log`, () => {
    const lab = useStore(openBench);

    it('has an entry of the first change that is written within an act, and no other', async () => {
      const { store } = lab;
      await inAct(origin, { ...drain, made: ['id'], after: { isDraining: true } }, async () => {
        await store.write(async tx => {
          await put(tx, 'a');
          return { id: 7 };
        });
        await store.write(tx => put(tx, 'b'));
      });
      await store.write(tx => put(tx, 'c'));
      expect(await all(store)).toMatchObject([
        {
          ...{ seq: 1, at, act: 'host.drain', outcome: 'done', way: 'web', address: '192.0.2.1' },
          ...{ subject: 'attic', before: null, after: { isDraining: true, id: 7 } },
          actor: origin.actor,
        },
      ]);
      expect(await keys(store.read)).toEqual(['a', 'b', 'c']);
    });

    it('has none of a change that was refused or threw, and one of the next that was not', async () => {
      const { store } = lab;
      await inAct(origin, drain, async () => {
        await store.write(async () => ({ rejected: { message: 'no' } }));
        await store.write(async () => ({ refusal: 'no' }));
        await expect(
          store.write(async tx => {
            await put(tx, 'half');
            throw new Error('out of luck');
          }),
        ).rejects.toThrow('out of luck');
        expect(await actsOf(store)).toEqual([]);
        await store.write(tx => put(tx, 'whole'));
      });
      expect(await actsOf(store)).toEqual(['1 host.drain']);
      expect(await keys(store.read)).toEqual(['whole']);
      expect(await verify(store)).toMatchObject({ entries: 1, broken: null });
    });

    it('has of two changes at once that the second one found what the first had made', async () => {
      const { store } = lab;
      const scale = (key: string) => {
        const before = async (tx: Tx) => ({ there: await keys(tx) });
        const act = openAct({ facts: facts({ after: { adds: key } }), before });
        return withinOrigin(origin, act, () => store.write(tx => put(tx, key)));
      };
      await Promise.all([scale('a'), scale('b')]);
      expect((await all(store)).reverse()).toMatchObject([
        { before: { there: [] }, after: { adds: 'a' } },
        { before: { there: ['a'] }, after: { adds: 'b' } },
      ]);
    });

    it('tells of an act that changed nothing how it is, and has nothing of a change that could not be told of', async () => {
      const { store } = lab;
      await store.write(tx => put(tx, 'a'));
      const audit = createAudit({ store, now: () => at });
      await audit.recordAct({ facts: facts(), before: async tx => ({ there: await keys(tx) }) });
      expect(await all(store)).toMatchObject([{ before: { there: ['a'] } }]);
      const unreadable = openAct({ facts: facts(), before: () => Promise.reject(new Error('unreadable')) });
      await withinOrigin(origin, unreadable, () =>
        expect(store.write(tx => put(tx, 'b'))).rejects.toThrow('unreadable'),
      );
      expect(await keys(store.read)).toEqual(['a']);
      expect(await all(store)).toHaveLength(1);
    });

    it('takes a change with it that it cannot be written with', async () => {
      const { store } = lab;
      const unwritable = facts({ at: 'never' as unknown as number });
      await withinOrigin(origin, openAct({ facts: unwritable }), () =>
        expect(store.write(tx => put(tx, 'a'))).rejects.toThrow(),
      );
      expect(await keys(store.read)).toEqual([]);
      expect(await actsOf(store)).toEqual([]);
    });

    it('has an order and no gaps, however many write at once and fail', async () => {
      const { store } = lab;
      const one = (n: number) =>
        inAct(origin, { ...drain, subject: `host-${n}` }, () =>
          store.write(async tx => {
            await put(tx, `row-${n}`);
            if (n % 3 === 0) throw new Error('out of luck');
          }),
        );
      await Promise.allSettled(Array.from({ length: 30 }, (_, n) => one(n)));
      expect((await all(store)).map(({ seq }) => seq).reverse()).toEqual(
        Array.from({ length: 20 }, (_, n) => n + 1),
      );
      expect(await verify(store)).toMatchObject({ entries: 20, first: 1, last: 20, broken: null });
    });

    it('writes what follows an act for nobody, once it is over', async () => {
      const { store } = lab;
      const scope = openAct({ facts: facts() });
      const later = Promise.withResolvers<void>();
      const background = withinOrigin(origin, scope, () =>
        later.promise.then(() => store.write(tx => put(tx, 'by a loop'))),
      );
      scope.status = 'over';
      later.resolve();
      await background;
      expect(await actsOf(store)).toEqual([]);
    });

    it.each([
      ['an entry is changed', "update audit_entry set subject = 'x' where seq = 2", 2, /as it was written/],
      ['its digest is', "update audit_entry set digest = 'x' where seq = 2", 2, /as it was written/],
      ['one is moved in time', 'update audit_entry set at = at + 1 where seq = 3', 3, /as it was written/],
      ['one is taken out', 'delete from audit_entry where seq = 2', 2, /entry 2 is missing/],
      ['the newest is', 'delete from audit_entry where seq = 3', 3, /from 3 on are missing/],
      ['the oldest is', 'delete from audit_entry where seq = 1', 1, /entry 1 is missing/],
      ['all of them are', 'delete from audit_entry', 1, /from 1 on are missing/],
      [
        'the beginning is said to have been too old',
        'update audit_chain set start_seq = 1, start_digest = (select digest from audit_entry where seq = 1)',
        2,
        /nothing says why/,
      ],
    ])('is found broken where %s', async (_, statement, seq, why) => {
      await writeThree(lab.store);
      await lab.bench.outside(statement);
      expect(await verify(lab.store)).toMatchObject({ broken: { seq, why: expect.stringMatching(why) } });
    });

    it('that was made anew is told from the one that was seen', async () => {
      const { store, bench } = lab;
      await writeThree(store);
      const seen = await verify(store);
      const known = { seq: seen.last, digest: seen.digest };
      expect((await verifyAudit(store.read, known)).broken).toBe(null);
      await bench.outside('delete from audit_entry');
      await bench.outside("update audit_chain set seq = 0, digest = ''");
      for (const subject of ['a', 'b', 'c', 'd'])
        await store.write(tx => appendAudit(tx, facts({ subject })));
      expect(await verify(store)).toMatchObject({ entries: 4, broken: null });
      expect((await verifyAudit(store.read, known)).broken).toMatchObject({
        seq: 3,
        why: expect.stringContaining('another digest'),
      });
      expect((await verifyAudit(store.read, { seq: 9, digest: 'x' })).broken).toMatchObject({ seq: 5 });
    });

    it('loses its oldest entries, says so, and goes on', async () => {
      const { store } = lab;
      await writeThree(store);
      const late = at + 10;
      await store.write(tx => appendAudit(tx, facts({ at: late })));
      const trim = (before: number, most: number) =>
        store.write(tx => trimAudit(tx, { before, most, at: late }));
      expect(await trim(at, 99)).toBe(0);
      expect(await trim(at + 1, 99)).toBe(3);
      expect(await actsOf(store)).toEqual(['4 host.drain', '5 audit.trim']);
      expect(await verify(store)).toMatchObject({ entries: 2, first: 4, broken: null });
      expect(await trim(at + 1, 1)).toBe(1);
      expect(await actsOf(store)).toEqual(['5 audit.trim', '6 audit.trim']);
      expect(await verify(store)).toMatchObject({ first: 5, last: 6, broken: null });
    });

    it('is the same after it was stored, whatever its words are', async () => {
      const { store } = lab;
      const odd = 'a\0b\ud800 ü 🜚 \u202e';
      await store.write(tx =>
        appendAudit(tx, facts({ subject: odd, before: { [odd]: odd }, after: { many: [odd, 1.5, null] } })),
      );
      await store.write(tx =>
        appendAudit(tx, facts({ subject: 'x'.repeat(9_999), after: { text: 'y'.repeat(9_999) } })),
      );
      expect(await verify(store)).toMatchObject({ entries: 2, broken: null });
      const [long] = await all(store);
      expect(long?.subject).toHaveLength(limits.auditTextChars);
      expect(JSON.stringify(long?.after).length).toBeLessThan(limits.auditTextChars + 20);
    });

    it('is found by who, what, where, when and how it ended', async () => {
      const { store } = lab;
      const entries: Partial<AuditFacts>[] = [
        {},
        { act: 'secret.set', repository: 'acme/Rocket', subject: 'acme/rocket TOKEN' },
        { act: 'secret-key.rotate', at: at + 5 },
        { act: 'secret.remove', outcome: 'refused', actor: { kind: 'stranger', name: 'x', id: null } },
      ];
      for (const entry of entries) await store.write(tx => appendAudit(tx, facts(entry)));
      const found = async (filter: Parameters<typeof listAudit>[1]) =>
        (await listAudit(store.read, filter, { before: null, max: 9 })).map(({ seq }) => seq);
      expect(await found({ actor: 'kim' })).toEqual([3, 2, 1]);
      expect(await found({ actor: 'prs_00000000000000000000000001' })).toEqual([3, 2, 1]);
      expect(await found({ act: 'secret' })).toEqual([4, 2]);
      expect(await found({ act: 'secret.set' })).toEqual([2]);
      expect(await found({ repository: 'ACME/rocket' })).toEqual([2]);
      expect(await found({ subject: 'ATTIC' })).toEqual([4, 3, 1]);
      expect(await found({ outcome: 'refused' })).toEqual([4]);
      expect(await found({ since: at + 5 })).toEqual([3]);
      expect(await found({ until: at + 5, act: 'host' })).toEqual([1]);
      const page = await listAudit(store.read, {}, { before: 3, max: 1 });
      expect(page.map(({ seq }) => seq)).toEqual([2]);
    });

    it('has so many refusals of one actor, so many in all, and then their number', async () => {
      const { store } = lab;
      let now = at;
      const audit = createAudit({ store, now: () => now });
      const refuse = (address: string) =>
        audit.refused(
          facts({ at: now, outcome: 'refused', actor: { kind: 'stranger', name: 'x', id: null }, address }),
        );
      for (let n = 0; n < limits.auditRefusalsOfOne + 5; n++) await refuse('192.0.2.1');
      // The addresses of one network are one stranger.
      for (let n = 0; n < limits.auditRefusalsOfOne + 5; n++) await refuse(`2001:db8:0:1::${n + 1}`);
      expect(await all(store)).toHaveLength(2 * limits.auditRefusalsOfOne);
      now += limits.auditRefusalsMs;
      await audit.tidy();
      await audit.tidy();
      await refuse('192.0.2.1');
      const [newest, told] = await all(store);
      expect(newest).toMatchObject({ act: 'host.drain', outcome: 'refused' });
      expect(told).toMatchObject({ act: 'audit.skip', after: { refusals: 10, actors: 2, since: at } });
      expect(await all(store)).toHaveLength(2 * limits.auditRefusalsOfOne + 2);
    });
  });
}
