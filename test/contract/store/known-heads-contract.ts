/** What is known of a forge's heads: open pull requests, where branches stood, and what has landed. */
import { describe, expect, it } from 'vitest';
import { listOpenChangesAt, saveChange } from '#coordinator/store/changes.ts';
import {
  findBranchHead,
  findNewestLanded,
  listKnownChanges,
  listLanded,
  listLandedOn,
  saveBranchHead,
} from '#coordinator/store/known-heads.ts';
import { findChangeRun } from '#coordinator/store/runs.ts';
import { type OpenBench, useStore } from './bench.ts';
import { addRepository, addRun, at, changeFacts, commit } from './sample-rows.ts';

export function describeKnownHeads(name: string, openBench: OpenBench): void {
  describe(`${name}: known heads`, () => {
    const lab = useStore(openBench);
    const repository = (fullName = 'acme/rocket') => lab.store.write(tx => addRepository(tx, { fullName }));
    const save = async (facts: Partial<ReturnType<typeof changeFacts>>) => {
      const own = await repository();
      return lab.store.write(tx => saveChange(tx, { ...changeFacts(own), ...facts }));
    };
    const run = (facts: Parameters<typeof addRun>[1]) => lab.store.write(tx => addRun(tx, facts));

    it('are the open pull requests and those that are asked for, by number and once each', async () => {
      const { repositoryId } = await save({ number: 9 });
      await save({ number: 3, state: 'closed' });
      await save({ number: 4, state: 'merged' });
      await save({ number: 5, state: 'closed' });
      const other = await repository('acme/other');
      await save({ number: 1, repositoryId: other.id });
      const numbers = async (asked: number[]) =>
        (await listKnownChanges(lab.store.read, repositoryId, asked)).map(({ number }) => number);
      expect(await numbers([])).toEqual([9]);
      expect(await numbers([4, 3, 9, 77])).toEqual([3, 4, 9]);
    });

    it('are found among more numbers than one query can name', async () => {
      const { repositoryId } = await save({ number: 1_400, state: 'closed' });
      const asked = Array.from({ length: 1_500 }, (_, n) => n + 1);
      const found = await listKnownChanges(lab.store.read, repositoryId, asked);
      expect(found.map(({ number }) => number)).toEqual([1_400]);
    });

    it('are the open pull requests at a commit', async () => {
      const { repositoryId, headSha } = await save({ number: 9 });
      await save({ number: 8, baseRef: 'next' });
      await save({ number: 7, state: 'closed' });
      await save({ number: 6, headSha: commit(5) });
      const other = await repository('acme/other');
      await save({ number: 1, repositoryId: other.id });
      const open = await listOpenChangesAt(lab.store.read, repositoryId, headSha);
      expect(open.map(({ number, baseRef }) => [number, baseRef])).toEqual([
        [8, 'next'],
        [9, 'main'],
      ]);
    });

    it('keep where a branch stood last, each for itself', async () => {
      const { id } = await repository();
      const other = await repository('acme/other');
      const see = (branch: string, n: number, seenAt = at) =>
        lab.store.write(tx => saveBranchHead(tx, id, { branch, commit: commit(n), seenAt }));
      const seen = (branch: string, of = id) => findBranchHead(lab.store.read, of, branch);
      expect(await seen('main')).toBe(null);
      await see('main', 1);
      await see('next', 2);
      await see('main', 3, at + 5);
      expect(await seen('main')).toEqual({ branch: 'main', commit: commit(3), seenAt: at + 5 });
      expect(await seen('next')).toEqual({ branch: 'next', commit: commit(2), seenAt: at });
      expect([await seen('Main'), await seen('main', other.id)]).toEqual([null, null]);
    });

    it('say of which commits a run has landed, and which was the newest on a branch', async () => {
      const { id } = await repository();
      const other = await repository('acme/other');
      const landed = { purpose: 'landed', repositoryId: id } as const;
      await run({ ...landed, ref: 'main', commit: commit(1) });
      const newest = await run({ ...landed, ref: 'main', commit: commit(2) });
      await run({ ...landed, ref: 'next', commit: commit(3) });
      await run({ ...landed, purpose: 'change', commit: commit(4) });
      await run({ ...landed, repositoryId: other.id, commit: commit(5) });
      const asked = [1, 2, 3, 4, 5, 6].map(commit);
      const found = await listLanded(lab.store.read, id, asked);
      expect([...found].sort()).toEqual([1, 2, 3].map(commit));
      expect(await listLanded(lab.store.read, id, [])).toEqual(new Set());
      const last = await findNewestLanded(lab.store.read, id, 'main');
      expect(last).toEqual({ id: newest.id, commit: commit(2) });
      expect(await findNewestLanded(lab.store.read, id, 'gone')).toBe(null);
    });

    it('list what landed on a branch, the newest first, and whether it is still under way', async () => {
      const { id } = await repository();
      const landed = { purpose: 'landed', repositoryId: id, ref: 'main' } as const;
      await run({ ...landed, commit: commit(1) });
      const state = { status: 'dropped', at, reason: 'cancelled', message: 'by kim' } as const;
      const over = await run({ ...landed, commit: commit(2), state });
      const open = await run({ ...landed, commit: commit(3) });
      await run({ ...landed, ref: 'next', commit: commit(4) });
      await run({ ...landed, purpose: 'change', commit: commit(5) });
      const found = await listLandedOn(lab.store.read, id, 'main', 2);
      expect(found.map(each => [each.id, each.isOpen])).toEqual([
        [open.id, true],
        [over.id, false],
      ]);
      expect(found[0]).toMatchObject({ commit: open.commit, request: open.request });
    });

    it('lead from a commit to its run as a head, and to no other of its runs', async () => {
      const { id } = await repository();
      await run({ purpose: 'landed', repositoryId: id });
      await run({ purpose: 'manual', repositoryId: id });
      expect(await findChangeRun(lab.store.read, id, commit(1))).toBe(null);
      const own = await run({ purpose: 'change', repositoryId: id });
      expect(await findChangeRun(lab.store.read, id, commit(1))).toEqual(own);
      const other = await repository('acme/other');
      expect(await findChangeRun(lab.store.read, other.id, commit(1))).toBe(null);
    });
  });
}
