/** What comes from the forge. */
import { describe, expect, it } from 'vitest';
import { endPutOffs } from '#coordinator/store/clock-leap.ts';
import {
  closeDelivery,
  type Delivery,
  type DeliveryVerdict,
  listDeliveries,
  listOpenDeliveries,
  nextDeliveryAt,
  postponeDelivery,
  receiveDelivery,
} from '#coordinator/store/deliveries.ts';
import { type OpenBench, useStore } from './bench.ts';
import { at } from './sample-rows.ts';

const verdicts: DeliveryVerdict[] = ['acted-on', 'not-acted-on', 'unknown-repository', 'malformed', 'failed'];

export function describeDeliveries(name: string, openBench: OpenBench): void {
  describe(`${name}: deliveries`, () => {
    const lab = useStore(openBench);
    const facts = { event: 'push', repository: 'acme/rocket', body: '{"a":"\\u0000 ✈"}' };
    const receive = (id: string, now = at, over: Partial<typeof facts> | { repository: null } = {}) =>
      lab.store.write(tx => receiveDelivery(tx, { id, ...facts, ...over }, now));
    const open = (now: number) => listOpenDeliveries(lab.store.read, now, 10);
    const idsOf = (list: Pick<Delivery, 'id'>[]) => list.map(({ id }) => id);

    it('is read as it came, and waits to be handled', async () => {
      await receive('a', at, { repository: null });
      const unhandled = { verdict: null, note: null, tries: 0, receipts: 1, receivedAt: at };
      expect(await open(at)).toEqual([{ id: 'a', ...facts, repository: null, ...unhandled }]);
      expect(await nextDeliveryAt(lab.store.read)).toBe(at);
    });

    it('is due at once when the clock is set back, and no sooner', async () => {
      await receive('a');
      expect(await open(at - 1)).toEqual([]);
      await lab.store.write(tx => endPutOffs(tx, at - 1));
      expect(idsOf(await open(at - 1))).toEqual(['a']);
    });

    it('keeps a body of 25 MiB, and lists do not carry it', async () => {
      const body = 'ü'.repeat(12.5 * 1_024 * 1_024);
      await receive('a', at, { body });
      expect((await open(at))[0]?.body === body).toBe(true);
      expect(await listDeliveries(lab.store.read, 10, null)).toEqual([
        expect.not.objectContaining({ body: expect.anything() }),
      ]);
    });

    it.each(verdicts)('ends as %s', async verdict => {
      await receive('a');
      await lab.store.write(tx => closeDelivery(tx, 'a', verdict, 'because'));
      expect(await open(at)).toEqual([]);
      expect(await nextDeliveryAt(lab.store.read)).toBe(null);
      expect(await listDeliveries(lab.store.read, 10, null)).toMatchObject([
        { id: 'a', verdict, note: 'because' },
      ]);
    });

    it('is handled again when it comes again', async () => {
      await receive('a');
      await lab.store.write(tx => postponeDelivery(tx, 'a', 3, at + 500, 'no answer'));
      await lab.store.write(tx => closeDelivery(tx, 'a', 'failed', 'no answer'));
      await receive('a', at + 9);
      expect(await open(at + 9)).toMatchObject([{ id: 'a', receipts: 2, tries: 0, receivedAt: at + 9 }]);
    });

    it('waits for its time when it was postponed', async () => {
      await receive('a');
      await receive('b', at + 1);
      await lab.store.write(tx => postponeDelivery(tx, 'a', 2, at + 500, 'no answer'));
      expect(idsOf(await open(at + 499))).toEqual(['b']);
      expect(await open(at + 500)).toMatchObject([{ id: 'a', tries: 2, note: 'no answer' }, { id: 'b' }]);
      await lab.store.write(tx => closeDelivery(tx, 'b', 'acted-on', ''));
      expect(await nextDeliveryAt(lab.store.read)).toBe(at + 500);
    });

    it('are handled oldest first, and no more than asked for', async () => {
      await receive('young', at + 2);
      await receive('old', at);
      await receive('same-b', at + 1);
      await receive('same-a', at + 1);
      expect(idsOf(await listOpenDeliveries(lab.store.read, at + 9, 3))).toEqual(['old', 'same-a', 'same-b']);
    });

    it('are listed newest first, page by page, none lost where several came in one millisecond', async () => {
      for (const id of ['a', 'b', 'c', 'd', 'e']) await receive(id, id === 'e' ? at + 1 : at);
      const pages: string[][] = [];
      let before: Awaited<ReturnType<typeof listDeliveries>>[number] | null = null;
      do {
        const page = await listDeliveries(lab.store.read, 2, before);
        pages.push(idsOf(page));
        before = page.at(-1) ?? null;
      } while (before);
      expect(pages).toEqual([['e', 'd'], ['c', 'b'], ['a'], []]);
    });
  });
}
