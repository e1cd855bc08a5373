import { describe, expect, it } from 'vitest';
import {
  type BackfillHead,
  listBackfillHeads,
  listOpenHeads,
  listWantedBackfills,
  saveBackfillHead,
} from '#coordinator/store/backfill.ts';
import { saveChange } from '#coordinator/store/changes.ts';
import { deleteVersions, insertVersion, saveImage } from '#coordinator/store/images.ts';
import type { RunId } from '#shared/ids.ts';
import { type OpenBench, useStore } from './bench.ts';
import { addJob, addRepository, addRun, at, changeFacts, commit, digest, manifest } from './sample-rows.ts';

const key = { image: 'debian-12', number: 2 };

export function describeBackfill(name: string, openBench: OpenBench): void {
  describe(`${name}: back-fill`, () => {
    const lab = useStore(openBench);
    const register = (facts: { isDisabled?: boolean; current?: number } = {}) =>
      lab.store.write(async tx => {
        await saveImage(tx, { name: key.image, current: 2, isDisabled: false, changedAt: at, ...facts });
        const rest = { digest: digest(1), manifest, run: null, report: null, addedAt: at };
        await insertVersion(tx, { ...key, ...rest, status: 'ready', backfill: 'wanted' });
      });
    const heads = async (facts: { max?: number; dueBy?: number; run?: RunId } = {}) => {
      const repository = await lab.store.write(tx => addRepository(tx));
      return listOpenHeads(lab.store.read, {
        ...{ ...key, repositories: [repository.id], dueBy: at, max: 9 },
        ...facts,
      });
    };
    /** The head of an open pull request. */
    const pull = (n: number, state: 'open' | 'closed' = 'open') =>
      lab.store.write(async tx => {
        const facts = { ...changeFacts(await addRepository(tx)), number: n, headSha: commit(n), state };
        await saveChange(tx, facts);
        return (await addRun(tx, { purpose: 'change', commit: commit(n) })).id;
      });
    const land = (n: number, ref = 'main') =>
      lab.store.write(async tx => (await addRun(tx, { purpose: 'landed', commit: commit(n), ref })).id);
    const note = (run: RunId, facts: Partial<BackfillHead>) =>
      lab.store.write(tx =>
        saveBackfillHead(tx, {
          ...{ ...key, run, status: 'filled', jobs: 1, note: null, tries: 0, nextAt: 0 },
          ...facts,
        }),
      );

    it('is wanted of the current version of an image that is not disabled', async () => {
      await register();
      expect(await listWantedBackfills(lab.store.read)).toEqual([key]);
      const save = (facts: object) =>
        lab.store.write(tx =>
          saveImage(tx, { name: key.image, current: 2, isDisabled: false, changedAt: at, ...facts }),
        );
      await save({ isDisabled: true });
      expect(await listWantedBackfills(lab.store.read)).toEqual([]);
      await save({ current: 1 });
      expect(await listWantedBackfills(lab.store.read)).toEqual([]);
    });

    it('comes to heads of open pull requests and to the newest of each branch, the newest first', async () => {
      const [two] = [await pull(2), await pull(3, 'closed'), await land(4)];
      const [five, six] = [await land(5), await land(6, 'stable')];
      expect(await heads()).toEqual([six, five, two]);
      expect(await heads({ max: 2 })).toEqual([six, five]);
      expect(await heads({ run: two })).toEqual([two]);
      expect(await heads({ max: 0 })).toEqual([]);
      expect(await listOpenHeads(lab.store.read, { ...key, repositories: [], dueBy: at, max: 9 })).toEqual(
        [],
      );
    });

    it('comes to a commit once that is the head of two pull requests', async () => {
      const run = await pull(2);
      await lab.store.write(async tx =>
        saveChange(tx, { ...changeFacts(await addRepository(tx)), number: 8, headSha: commit(2) }),
      );
      expect(await heads()).toEqual([run]);
    });

    it('passes by what has a job on the image, has been seen, or is put off until later', async () => {
      await register();
      const [two, three, four, five] = [await pull(2), await pull(3), await pull(4), await pull(5)];
      await lab.store.write(async tx =>
        addJob(tx, {
          run: await addRun(tx, { purpose: 'change', commit: commit(2) }),
          image: key.image,
        }),
      );
      await note(three, { status: 'passed-over' });
      await note(four, { status: 'postponed', nextAt: at + 1, tries: 1, note: 'no route' });
      expect(await heads()).toEqual([five]);
      expect(await heads({ dueBy: at + 1 })).toEqual([five, four]);
      await note(four, { status: 'filled', jobs: 3 });
      expect(await heads({ dueBy: at + 1 })).toEqual([five]);
      expect(await listBackfillHeads(lab.store.read, key)).toMatchObject([
        { run: three, status: 'passed-over' },
        { run: four, status: 'filled', jobs: 3, note: null, tries: 0 },
      ]);
      expect(two < three).toBe(true);
    });

    it('goes with its version', async () => {
      await register();
      await note(await pull(2), {});
      await lab.store.write(tx => deleteVersions(tx, key.image, [2]));
      expect(await listBackfillHeads(lab.store.read, key)).toEqual([]);
    });
  });
}
