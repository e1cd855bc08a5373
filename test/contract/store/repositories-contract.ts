import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { saveChange } from '#coordinator/store/changes.ts';
import { newId } from '#coordinator/store/new-id.ts';
import {
  findRepository,
  findRepositoryByName,
  takeRunNumber,
  upsertRepository,
} from '#coordinator/store/repositories.ts';
import { type OpenBench, useStore } from './bench.ts';
import { addRepository, at, changeFacts, repositoryFacts } from './sample-rows.ts';

export function describeRepositories(name: string, openBench: OpenBench): void {
  describe(`${name}: repositories`, () => {
    const lab = useStore(openBench);

    it.each(['github', 'none'] as const)('one of the forge %s is read as it was made', async forge => {
      const repository = await lab.store.write(tx =>
        addRepository(tx, { forge, isPrivate: forge === 'none' }),
      );
      expect(repository).toEqual({
        ...repositoryFacts,
        forge,
        isPrivate: forge === 'none',
        id: repository.id,
      });
      expect(await findRepository(lab.store.read, repository.id)).toEqual(repository);
      expect(await findRepository(lab.store.read, newId.repository())).toBe(null);
    });

    it('keeps its id and its count of runs when the forge has news of it', async () => {
      const { store } = lab;
      const { id } = await store.write(tx => addRepository(tx));
      await store.write(tx => takeRunNumber(tx, id));
      const news = {
        fullName: 'Acme/Rocket',
        cloneUrl: 'https://forge.example/Acme/Rocket.git',
        defaultBranch: 'trunk',
        isPrivate: false,
        forge: 'none' as const,
      };
      expect(await store.write(tx => upsertRepository(tx, news, at + 1))).toEqual({ id, ...news });
      expect(await findRepository(store.read, id)).toEqual({ id, ...news });
      expect(await store.write(tx => takeRunNumber(tx, id))).toBe(2);
    });

    it.each([
      ['acme/rocket', 'ACME/Rocket'],
      ['Straße', 'STRAßE'],
      ['Ünit Ärger', 'Ünit Ärger'],
      ['İstanbul', 'İSTANBUL'],
      ["o'neil/50%_off", "O'NEIL/50%_OFF"],
    ])('%s is the same as %s', async (fullName, otherName) => {
      const { store } = lab;
      const { id } = await store.write(tx => addRepository(tx, { fullName }));
      expect((await findRepositoryByName(store.read, otherName))?.id).toBe(id);
      expect((await store.write(tx => addRepository(tx, { fullName: otherName }))).id).toBe(id);
      expect(await findRepositoryByName(store.read, `${fullName}x`)).toBe(null);
    });

    it('takes any text of a stranger as text, and finds it again', async () => {
      const { store } = lab;
      const { id: repositoryId } = await store.write(tx => addRepository(tx));
      const kept = (text: string) => text.toWellFormed().replaceAll('\0', '\ufffd');
      const nasty = fc.constantFrom(
        "'; drop table job; --",
        '$1',
        '?',
        '\\',
        '"',
        '%',
        'a\0b',
        '\ud800',
        '\u2028',
      );
      const text = fc.oneof(nasty, fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }));
      await fc.assert(
        fc.asyncProperty(text, text, async (title, fullName) => {
          const facts = {
            ...changeFacts({ ...repositoryFacts, id: repositoryId }),
            title,
            headRef: fullName,
          };
          const change = await store.write(tx => saveChange(tx, facts));
          expect(change).toMatchObject({ title: kept(title), headRef: kept(fullName) });
          const { id } = await store.write(tx => addRepository(tx, { fullName: `x${fullName}` }));
          expect(await findRepositoryByName(store.read, `x${fullName}`)).toMatchObject({ id });
        }),
        { numRuns: 60 },
      );
    });
  });
}
