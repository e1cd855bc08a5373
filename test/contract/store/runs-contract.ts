import { describe, expect, it } from 'vitest';
import { saveChange } from '#coordinator/store/changes.ts';
import { endPutOffs } from '#coordinator/store/clock-leap.ts';
import { StaleRowError } from '#coordinator/store/errors.ts';
import { findJob, saveJobState } from '#coordinator/store/jobs.ts';
import { newId } from '#coordinator/store/new-id.ts';
import {
  admitRun,
  ensureRun,
  findRun,
  linkRun,
  listRuns,
  listRunsOfChange,
  listRunsOfCommit,
  listRunsToPrepare,
  nextPreparationAt,
  type RunQuery,
  saveRun,
  trustRun,
} from '#coordinator/store/runs.ts';
import type { RunState } from '#shared/run.ts';
import { jobs } from '../job-samples.ts';
import { type OpenBench, useStore } from './bench.ts';
import { addJob, addRepository, addRun, at, changeFacts, commit } from './sample-rows.ts';

const preparing = (nextAt: number): RunState => ({ status: 'preparing', tries: 0, nextAt, message: null });

const theirs = { runsAtOnce: true, why: 'pushed to acme/rocket itself by kim' };

const states: RunState[] = [
  { status: 'preparing', tries: 3, nextAt: at, message: 'the forge does not answer' },
  preparing(at),
  { status: 'planned', at },
  { status: 'refused', at, message: 'bad', position: { file: '.paddock.yml', line: 12, column: 5 } },
  { status: 'refused', at, message: 'no such commit', position: null },
  { status: 'empty', at, message: 'no suite file' },
  { status: 'dropped', at, reason: 'superseded', message: 'newer commit' },
  { status: 'dropped', at, reason: 'cancelled', message: 'by kim' },
];

export function describeRuns(name: string, openBench: OpenBench): void {
  describe(`${name}: runs`, () => {
    const lab = useStore(openBench);
    const add = (facts?: Parameters<typeof addRun>[1]) => lab.store.write(tx => addRun(tx, facts));
    const addChange = (number: number) =>
      lab.store.write(async tx => saveChange(tx, { ...changeFacts(await addRepository(tx)), number }));

    it.each(states)('a $status one is read as it was made and as it was saved', async state => {
      const made = await add({ state });
      expect(made).toMatchObject({ state, version: 1, warnings: [], createdAt: at });
      expect(await findRun(lab.store.read, made.id)).toEqual(made);
      const changes = {
        state,
        warnings: ['plan9 is an image nobody has'],
        title: 'Lower',
        author: 'bo',
        request: { command: null, images: null, landed: true },
      };
      const saved = await lab.store.write(tx => saveRun(tx, { ...made, ...changes }));
      expect(saved).toEqual({ ...made, ...changes, version: 2 });
      expect(await findRun(lab.store.read, made.id)).toEqual(saved);
    });

    it('is saved by one of two who loaded the same version', async () => {
      const run = await add();
      const save = (title: string) => lab.store.write(tx => saveRun(tx, { ...run, title }));
      const results = await Promise.allSettled([save('first'), save('second')]);
      expect(results[1]).toMatchObject({ reason: expect.any(StaleRowError) });
      expect((await findRun(lab.store.read, run.id))?.title).toBe('first');
      expect(await findRun(lab.store.read, newId.run())).toBe(null);
    });

    it('is one per commit and purpose, except by hand', async () => {
      const ensure = async (purpose: 'change' | 'landed' | 'manual', n: number) => {
        const made = await add();
        const { run, isNew } = await lab.store.write(tx =>
          ensureRun(tx, { ...made, purpose, commit: commit(n) }, at + 1),
        );
        return { id: run.id, isNew };
      };
      const first = await ensure('change', 1);
      expect(first.isNew).toBe(true);
      expect(await ensure('change', 1)).toEqual({ id: first.id, isNew: false });
      expect((await ensure('landed', 1)).isNew).toBe(true);
      expect((await ensure('change', 2)).isNew).toBe(true);
      expect([(await ensure('manual', 1)).isNew, (await ensure('manual', 1)).isNew]).toEqual([true, true]);
    });

    it('tells why it runs at once, and is no more trusted for that', async () => {
      const { store } = lab;
      const run = await add({ isTrusted: false });
      const admission = { runsAtOnce: true, why: 'kim is a COLLABORATOR' };
      await store.write(tx => admitRun(tx, run.id, admission));
      expect(await findRun(store.read, run.id)).toEqual({ ...run, admission, version: 2 });
    });

    it('is trusted from an approval on, with its jobs, whoever has an older version of them in hand', async () => {
      const { store } = lab;
      const run = await add({ isTrusted: false });
      const job = await store.write(tx => addJob(tx, { run, isTrusted: false, state: jobs.blocked }));
      const other = await store.write(tx => addJob(tx, { isTrusted: false }));
      await store.write(tx => trustRun(tx, run.id, theirs));
      expect(await findRun(store.read, run.id)).toEqual({
        ...run,
        isTrusted: true,
        admission: theirs,
        version: 2,
      });
      expect(await findJob(store.read, job.id)).toEqual({ ...job, isTrusted: true, version: 2 });
      expect(await findJob(store.read, other.id)).toEqual(other);
      await expect(store.write(tx => saveJobState(tx, job, jobs.queued))).rejects.toThrow(StaleRowError);
    });

    it('that a push made becomes that of a pull request, and keeps its title', async () => {
      const { store } = lab;
      const [run, change] = [await add({ purpose: 'change' }), await addChange(1)];
      await store.write(tx => linkRun(tx, run.id, { ...change, author: 'bo' }));
      const linked = { ...run, changeId: change.id, author: 'bo', version: 2 };
      expect(await listRunsOfChange(store.read, change.id)).toEqual([linked]);
    });

    it('counts from one in each repository, and a run that was undone leaves no gap', async () => {
      const { store } = lab;
      const other = await store.write(tx => addRepository(tx, { fullName: 'acme/other' }));
      const undone = store.write(async tx => {
        await addRun(tx);
        throw new Error('thought better of it');
      });
      const [first, , second, third] = await Promise.allSettled([
        add(),
        undone,
        add(),
        add({ repositoryId: other.id }),
      ]);
      const numbers = [first, second, third].map(
        result => result.status === 'fulfilled' && result.value.number,
      );
      expect(numbers).toEqual([1, 2, 1]);
    });

    it('are prepared when their time has come, the longest due first', async () => {
      const [later, due, soon] = [
        await add({ state: preparing(300) }),
        await add({ state: preparing(200) }),
        await add({ state: preparing(100) }),
      ];
      await add();
      expect(await listRunsToPrepare(lab.store.read, 200, 10)).toEqual([soon.id, due.id]);
      expect(await listRunsToPrepare(lab.store.read, 300, 2)).toEqual([soon.id, due.id]);
      expect(await nextPreparationAt(lab.store.read, 99)).toBe(100);
      expect(await nextPreparationAt(lab.store.read, 200)).toBe(300);
      // The clock is set back.
      await lab.store.write(tx => endPutOffs(tx, 50));
      expect(await listRunsToPrepare(lab.store.read, 50, 10)).toHaveLength(3);
      for (const run of [later, due, soon])
        await lab.store.write(tx => saveRun(tx, { ...run, state: { status: 'planned', at } }));
      expect(await nextPreparationAt(lab.store.read, 0)).toBe(null);
      expect(await listRunsToPrepare(lab.store.read, 300, 10)).toEqual([]);
    });

    it('are found by their change and by their commit, oldest first', async () => {
      const [change, other] = [await addChange(1), await addChange(2)];
      const [a, b] = [
        await add({ changeId: change.id, purpose: 'change' }),
        await add({ changeId: change.id, commit: commit(2), purpose: 'change' }),
      ];
      const landed = await add({ changeId: other.id, purpose: 'landed' });
      expect(await listRunsOfChange(lab.store.read, change.id)).toEqual([a, b]);
      expect(await listRunsOfCommit(lab.store.read, a.repositoryId, commit(1))).toEqual([a, landed]);
      expect(await listRunsOfCommit(lab.store.read, newId.repository(), commit(1))).toEqual([]);
    });

    it('are listed newest first, page by page, of one repository, or only the public ones', async () => {
      const open = await lab.store.write(tx =>
        addRepository(tx, { fullName: 'acme/open', isPrivate: false }),
      );
      const runs = [
        await add(),
        await add({ repositoryId: open.id }),
        await add(),
        await add({ repositoryId: open.id }),
      ];
      const numbersOf = async (query: Partial<RunQuery>) => {
        const all = { max: 10, before: null, repository: null, sight: null };
        const listed = await listRuns(lab.store.read, { ...all, ...query });
        return listed.map(({ id }) => runs.findIndex(run => run.id === id));
      };
      expect(await numbersOf({})).toEqual([3, 2, 1, 0]);
      expect(await numbersOf({ max: 2 })).toEqual([3, 2]);
      expect(await numbersOf({ before: runs[2]?.id ?? null })).toEqual([1, 0]);
      expect(await numbersOf({ repository: open.id })).toEqual([3, 1]);
      expect(await numbersOf({ sight: [], before: runs[3]?.id ?? null })).toEqual([1]);
    });
  });
}
