import { describe, expect, it } from 'vitest';
import {
  findChange,
  findChangeById,
  hasMergedChange,
  isHeadOfOpenChange,
  saveChange,
} from '#coordinator/store/changes.ts';
import { newId } from '#coordinator/store/new-id.ts';
import { type OpenBench, useStore } from './bench.ts';
import { addRepository, at, changeFacts, commit } from './sample-rows.ts';

export function describeChanges(name: string, openBench: OpenBench): void {
  describe(`${name}: changes`, () => {
    const lab = useStore(openBench);
    const save = (facts: Partial<ReturnType<typeof changeFacts>> = {}) =>
      lab.store.write(async tx => saveChange(tx, { ...changeFacts(await addRepository(tx)), ...facts }));

    it.each(['open', 'closed', 'merged'] as const)('a %s one is read as it was saved', async state => {
      const change = await save({ state, isFork: state === 'open' });
      expect(change).toMatchObject({ state, isFork: state === 'open', number: 7, title: 'Fly higher – ✈' });
      expect(await findChange(lab.store.read, change.repositoryId, 7)).toEqual(change);
      expect(await findChangeById(lab.store.read, change.id)).toEqual(change);
    });

    it('keeps its id through every news of it', async () => {
      const { id, repositoryId } = await save();
      const news = {
        title: 'Lower',
        author: 'bo',
        authorId: null,
        headRef: 'x',
        headSha: commit(9),
        baseRef: 'y',
        baseSha: commit(8),
      };
      const later = await save({ ...news, isFork: true, state: 'merged', updatedAt: at + 1 });
      expect(later).toEqual({
        id,
        repositoryId,
        number: 7,
        ...news,
        isFork: true,
        state: 'merged',
        updatedAt: at + 1,
      });
      expect(await findChangeById(lab.store.read, id)).toEqual(later);
    });

    it('is not there under another number, repository or id', async () => {
      const { repositoryId } = await save();
      expect(await findChange(lab.store.read, repositoryId, 8)).toBe(null);
      expect(await findChange(lab.store.read, newId.repository(), 7)).toBe(null);
      expect(await findChangeById(lab.store.read, newId.change())).toBe(null);
    });

    it('makes its author’s account one that has merged something here, whatever it is called by then', async () => {
      const { repositoryId } = await save({ authorId: 7, state: 'closed' });
      const hasMerged = (account: number) => hasMergedChange(lab.store.read, repositoryId, account);
      expect(await hasMerged(7)).toBe(false);
      await save({ authorId: 7, author: 'kim-renamed', state: 'merged' });
      expect([await hasMerged(7), await hasMerged(8)]).toEqual([true, false]);
      const other = await lab.store.write(tx => addRepository(tx, { fullName: 'acme/other' }));
      expect(await hasMergedChange(lab.store.read, other.id, 7)).toBe(false);
    });

    it('shares its head only with another open one of its repository', async () => {
      const change = await save();
      const isShared = () =>
        isHeadOfOpenChange(lab.store.read, change.repositoryId, change.headSha, change.id);
      await save({ number: 8, state: 'closed' });
      await save({ number: 9, headSha: commit(5) });
      const other = await lab.store.write(tx => addRepository(tx, { fullName: 'acme/other' }));
      await save({ repositoryId: other.id });
      expect(await isShared()).toBe(false);
      await save({ number: 8, state: 'open' });
      expect(await isShared()).toBe(true);
    });
  });
}
