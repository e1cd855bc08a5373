/** What goes to the forge. */
import { describe, expect, it } from 'vitest';
import { findCreation, markWritesSent, noteCreation } from '#coordinator/store/forge-creations.ts';
import type { StatusPayload } from '#coordinator/store/forge-payloads.ts';
import {
  addWrite,
  buryWrite,
  dropWrites,
  findLastWrite,
  listPendingWrites,
  listRefusedSubjects,
  listUnsentWrites,
  postponeWrite,
  type Saying,
} from '#coordinator/store/forge-writes.ts';
import { addStatusWrite, findLastStatusWrite } from '#coordinator/store/status-writes.ts';
import { type OpenBench, useStore } from './bench.ts';
import { at, commit } from './sample-rows.ts';

export function describeForgeWrites(name: string, openBench: OpenBench): void {
  describe(`${name}: what is to be written at the forge`, () => {
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
      (await listPendingWrites(lab.store.read, max)).map(
        write => write.kind === 'status' && write.payload.description,
      );

    it('is read as it was written', async () => {
      const write = await add('queued ✈', at);
      expect(write).toEqual({
        id: write.id,
        kind: 'status',
        repository: 'acme/rocket',
        subject: commit(1),
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
      expect(await listPendingWrites(lab.store.read, 10)).toEqual([write]);
    });

    it('was refused for these commits since then, those refused last first', async () => {
      const refuse = async (n: number, now: number, context = 'paddock/linux') => {
        const subject = { repository: 'acme/rocket', commit: commit(n) };
        await lab.store.write(async tx => {
          await addStatusWrite(tx, { ...subject, context, payload: payload(`${n}`), priority: 1 }, now);
          const last = await findLastStatusWrite(tx, subject, context);
          await buryWrite(tx, last?.id ?? 0, 'GitHub: 422');
        });
      };
      await add('pending', at + 9);
      await refuse(2, at);
      await refuse(3, at + 1);
      await refuse(4, at + 2);
      await refuse(3, at + 3, 'paddock/bsd');
      const refused = async (since: number, max = 9) =>
        (await listRefusedSubjects(lab.store.read, { since, max })).map(each => each.commit);
      expect(await refused(at)).toEqual([commit(3), commit(4)]);
      expect(await refused(at - 1)).toEqual([commit(3), commit(4), commit(2)]);
      expect(await refused(at - 1, 1)).toEqual([commit(3)]);
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
      await store.write(tx => postponeWrite(tx, sent.id, 2, at + 5, 'GitHub: 502'));
      await store.write(tx => markWritesSent(tx, [{ id: sent.id, forgeId: null }], at + 9));
      await store.write(tx => dropWrites(tx, [dropped.id], 'superseded'));
      await store.write(tx => dropWrites(tx, [], 'nothing'));
      await store.write(tx => buryWrite(tx, dead.id, 'GitHub: 422'));
      expect(await pending()).toEqual(['d']);
      expect(await listUnsentWrites(store.read, 10)).toEqual([
        { ...dead, status: 'dead', message: 'GitHub: 422' },
        open,
      ]);
      expect(await listUnsentWrites(store.read, 1)).toHaveLength(1);
      const rows = await store.read.selectFrom('forge_write').selectAll().orderBy('id').execute();
      expect(rows.map(({ status, message, sent_at }) => [status, message, sent_at])).toEqual([
        ['sent', null, at + 9],
        ['dropped', 'superseded', null],
        ['dead', 'GitHub: 422', null],
        ['pending', null, null],
      ]);
    });

    it('is postponed with a reason, or keeps the one it has', async () => {
      const { id } = await add('a', at);
      await lab.store.write(tx => postponeWrite(tx, id, 1, at + 5, 'GitHub: 502'));
      await lab.store.write(tx => postponeWrite(tx, id, 2, at + 9, null));
      const expected = { id, tries: 2, nextAt: at + 9, message: 'GitHub: 502' };
      expect(await listPendingWrites(lab.store.read, 10)).toMatchObject([expected]);
    });

    it('comes when it is due, with all that waits in its context, as it was written', async () => {
      const { store } = lab;
      const tried = await add('tried, then replaced', at);
      await add('other', at + 2, 'paddock/netbsd');
      await add('its replacement', at + 1);
      await store.write(tx => postponeWrite(tx, tried.id, 1, at + 500, 'GitHub: 502'));
      expect(await pending(1)).toEqual(['tried, then replaced', 'its replacement']);
      expect(await pending(2)).toEqual(['tried, then replaced', 'other', 'its replacement']);
    });

    const others: Saying[] = [
      { kind: 'check', payload: { status: 'queued', title: '2 jobs queued' } },
      { kind: 'check', payload: { status: 'completed', conclusion: 'timed_out', title: '1 timed out' } },
      { kind: 'comment', payload: { body: 'ü'.repeat(60_000) } },
      { kind: 'reaction', payload: { content: 'eyes' } },
    ];
    const subject = { repository: 'acme/rocket', subject: '12', context: 'x' };
    const write = (saying: Saying) =>
      lab.store.write(tx => addWrite(tx, { ...subject, ...saying, priority: 0 }, at));

    it.each(others)('is of the kind $kind too, and says what it said', async saying => {
      await write(saying);
      expect(await listPendingWrites(lab.store.read, 10)).toMatchObject([{ ...subject, ...saying }]);
    });

    it('is the last of its kind, where two kinds have the same subject and context', async () => {
      await write({ kind: 'comment', payload: { body: 'a' } });
      await write({ kind: 'reaction', payload: { content: 'eyes' } });
      const last = await findLastWrite(lab.store.read, { ...subject, kind: 'comment' });
      expect(last?.payload).toEqual({ body: 'a' });
    });

    it('says of what is made once whether it was begun, and its number at the forge once that is known', async () => {
      const { store } = lab;
      const key = { ...subject, kind: 'check' } as const;
      const known = () => findCreation(store.read, key);
      expect(await known()).toEqual({ forgeId: null, hasBegun: false });
      await write({ kind: 'check', payload: { status: 'queued', title: '' } });
      await write({ kind: 'comment', payload: { body: 'a' } });
      expect(await known()).toEqual({ forgeId: null, hasBegun: false });
      const first = await findLastWrite(store.read, key);
      const id = first?.id ?? 0;
      await store.write(tx => noteCreation(tx, id, at));
      await store.write(tx => dropWrites(tx, [id], 'superseded'));
      await write({ kind: 'check', payload: { status: 'in_progress', title: '' } });
      expect(await known()).toEqual({ forgeId: null, hasBegun: true });
      const second = await findLastWrite(store.read, key);
      const sent = { id: second?.id ?? 0, forgeId: 50_123_456_789 };
      await store.write(tx => markWritesSent(tx, [sent], at + 9));
      expect(await known()).toEqual({ forgeId: 50_123_456_789, hasBegun: true });
      expect(await findCreation(store.read, { ...key, repository: 'acme/other' })).toEqual({
        forgeId: null,
        hasBegun: false,
      });
      expect(await findLastWrite(store.read, key)).toMatchObject({ status: 'sent', sentAt: at + 9 });
    });
  });
}
