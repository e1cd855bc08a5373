/** What comes from the forge and what goes to it. */
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
import {
  addStatusWrite,
  buryStatus,
  dropStatuses,
  findLastStatusWrite,
  listPendingStatusWrites,
  listUnsentStatuses,
  markStatusesSent,
  postponeStatus,
  type StatusPayload,
} from '#coordinator/store/status-writes.ts';
import { type OpenBench, useStore } from './bench.ts';
import { at, commit } from './sample-rows.ts';

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

export function describeStatusWrites(name: string, openBench: OpenBench): void {
  describe(`${name}: statuses to be written`, () => {
    const lab = useStore(openBench);
    const payload = (description: string): StatusPayload => ({
      state: 'pending',
      description,
      targetUrl: 'https://ci.example/jobs/1',
    });
    const add = (description: string, now: number, context = 'paddock/debian-12') =>
      lab.store.write(async tx => {
        const write = { repository: 'acme/rocket', commit: commit(1), context };
        await addStatusWrite(tx, { ...write, payload: payload(description), priority: 1 }, now);
        const last = await findLastStatusWrite(tx, { repository: 'acme/rocket', commit: commit(1) }, context);
        if (!last) throw new Error('it is not there');
        return last;
      });
    const pending = async (max = 10) =>
      (await listPendingStatusWrites(lab.store.read, max)).map(write => write.payload.description);

    it('is read as it was written', async () => {
      const write = await add('queued ✈', at);
      expect(write).toEqual({
        id: write.id,
        repository: 'acme/rocket',
        commit: commit(1),
        context: 'paddock/debian-12',
        payload: payload('queued ✈'),
        priority: 1,
        status: 'pending',
        tries: 0,
        nextAt: at,
        message: null,
        createdAt: at,
        sentAt: null,
      });
      expect(await listPendingStatusWrites(lab.store.read, 10)).toEqual([write]);
    });

    it('is the last of its repository, commit and context', async () => {
      await add('first', at);
      const second = await add('second', at);
      await add('other context', at, 'paddock/netbsd');
      const last = (repository: string, n: number) =>
        findLastStatusWrite(lab.store.read, { repository, commit: commit(n) }, 'paddock/debian-12');
      expect(await last('acme/rocket', 1)).toEqual(second);
      expect(await last('acme/rocket', 2)).toBe(null);
      expect(await last('acme/other', 1)).toBe(null);
    });

    it('ends as sent, dropped or dead; only the dead stays to be seen', async () => {
      const { store } = lab;
      const [sent, dropped, dead, open] = [
        await add('a', at),
        await add('b', at),
        await add('c', at),
        await add('d', at),
      ];
      await store.write(tx => postponeStatus(tx, sent.id, 2, at + 5, 'GitHub: 502'));
      await store.write(tx => markStatusesSent(tx, [sent.id], at + 9));
      await store.write(tx => dropStatuses(tx, [dropped.id], 'superseded'));
      await store.write(tx => dropStatuses(tx, [], 'nothing'));
      await store.write(tx => buryStatus(tx, dead.id, 'GitHub: 422'));
      expect(await pending()).toEqual(['d']);
      expect(await listUnsentStatuses(store.read, 10)).toEqual([
        { ...dead, status: 'dead', message: 'GitHub: 422' },
        open,
      ]);
      expect(await listUnsentStatuses(store.read, 1)).toHaveLength(1);
      const rows = await store.read.selectFrom('status_write').selectAll().orderBy('id').execute();
      expect(rows.map(({ status, message, sent_at }) => [status, message, sent_at])).toEqual([
        ['sent', null, at + 9],
        ['dropped', 'superseded', null],
        ['dead', 'GitHub: 422', null],
        ['pending', null, null],
      ]);
    });

    it('is postponed with a reason, or keeps the one it has', async () => {
      const { id } = await add('a', at);
      await lab.store.write(tx => postponeStatus(tx, id, 1, at + 5, 'GitHub: 502'));
      await lab.store.write(tx => postponeStatus(tx, id, 2, at + 9, null));
      const expected = { id, tries: 2, nextAt: at + 9, message: 'GitHub: 502' };
      expect(await listPendingStatusWrites(lab.store.read, 10)).toMatchObject([expected]);
    });

    it('comes when it is due, with all that waits in its context, as it was written', async () => {
      const { store } = lab;
      const tried = await add('tried, then replaced', at);
      await add('other', at + 2, 'paddock/netbsd');
      await add('its replacement', at + 1);
      await store.write(tx => postponeStatus(tx, tried.id, 1, at + 500, 'GitHub: 502'));
      expect(await pending(1)).toEqual(['tried, then replaced', 'its replacement']);
      expect(await pending(2)).toEqual(['tried, then replaced', 'other', 'its replacement']);
    });
  });
}
