import { describe, expect, it } from 'vitest';
import { StaleRowError } from '#coordinator/store/errors.ts';
import {
  findJob,
  type Job,
  listJobsOfCommit,
  listJobsOfRun,
  listJobsOfRuns,
  listOccupiedJobs,
  type NewJob,
  saveJobState,
} from '#coordinator/store/jobs.ts';
import { newId } from '#coordinator/store/new-id.ts';
import { jobs } from '../job-samples.ts';
import { host } from '../sample-ids.ts';
import { type OpenBench, useStore } from './bench.ts';
import { addJob, addRepository, addRun, at, commit } from './sample-rows.ts';

const names = (list: Job[]) => list.map(({ suite, image }) => `${suite} ${image}`);

export function describeJobs(name: string, openBench: OpenBench): void {
  describe(`${name}: jobs`, () => {
    const lab = useStore(openBench);
    const add = (facts: Parameters<typeof addJob>[1]) => lab.store.write(tx => addJob(tx, facts));

    it.each(Object.values(jobs))('a $status job is read as it was written', async state => {
      const job = await add({ state });
      expect(job).toMatchObject({ state, version: 1, createdAt: at });
      expect(await findJob(lab.store.read, job.id)).toEqual(job);
    });

    it.each([
      { ...jobs.blocked, on: 'approval' as const },
      { ...jobs.queued, avoid: host(3), kind: 'once' as const, lastAttempt: 0, retries: 2 },
      { ...jobs.cancelling, reason: 'superseded' as const },
      { ...jobs.settled, outcome: 'skipped' as const, attempt: null, message: 'unit failed: "\n\u2028🚀"' },
    ])('every variant of a $status job is saved whole', async state => {
      const staleJob = await add({});
      const job = await lab.store.write(tx => saveJobState(tx, staleJob, state));
      expect(job).toEqual({ ...staleJob, state, version: 2 });
      expect(await findJob(lab.store.read, job.id)).toEqual(job);
    });

    it('is saved by one of two who loaded the same version', async () => {
      const { store } = lab;
      const job = await add({});
      const [first, second] = await Promise.allSettled([
        store.write(tx => saveJobState(tx, job, jobs.leased)),
        store.write(tx => saveJobState(tx, job, jobs.settled)),
      ]);
      expect(first.status).toBe('fulfilled');
      expect(second).toMatchObject({ reason: expect.any(StaleRowError) });
      expect(second).toMatchObject({
        reason: { message: expect.stringContaining(`job ${job.id} was changed`) },
      });
      expect((await findJob(store.read, job.id))?.state).toEqual(jobs.leased);
    });

    it('is not there under an id that nobody made', async () => {
      expect(await findJob(lab.store.read, newId.job())).toBe(null);
    });

    it('is one per suite and image of a run', async () => {
      const run = await lab.store.write(tx => addRun(tx));
      await add({ run });
      await expect(add({ run })).rejects.toThrow();
    });

    it('are listed in the fixed order of their run', async () => {
      const [run, other] = await lab.store.write(async tx => [await addRun(tx), await addRun(tx)] as const);
      const facts: Partial<NewJob>[] = [
        { suite: 'lint', position: 1, image: 'debian-12' },
        { suite: 'unit', position: 0, image: 'netbsd' },
        { suite: 'unit', position: 0, image: 'debian-12' },
        { suite: 'unit', position: 0, image: 'debian12' },
        { suite: 'docs', position: 1, image: 'a' },
      ];
      for (const fact of facts) await add({ run, ...fact });
      await add({ run: other, suite: 'other' });
      const expected = ['unit debian-12', 'unit debian12', 'unit netbsd', 'docs a', 'lint debian-12'];
      expect(names(await listJobsOfRun(lab.store.read, run.id))).toEqual(expected);
      expect(await listJobsOfRuns(lab.store.read, [run.id, other.id])).toHaveLength(6);
      expect(await listJobsOfRuns(lab.store.read, [])).toEqual([]);
    });

    it('are found by their commit, within one repository', async () => {
      const { store } = lab;
      const [here, there] = await store.write(async tx => [
        await addRepository(tx),
        await addRepository(tx, { fullName: 'acme/fork' }),
      ]);
      for (const facts of [
        { repositoryId: here?.id, commit: commit(1) },
        { repositoryId: here?.id, commit: commit(2) },
        { repositoryId: there?.id, commit: commit(1) },
      ])
        await store.write(async tx =>
          addJob(tx, { run: await addRun(tx, facts as Parameters<typeof addRun>[1]) }),
        );
      if (!here) throw new Error('no repository');
      const found = await listJobsOfCommit(store.read, here.id, commit(1));
      expect(found.map(({ repositoryId }) => repositoryId)).toEqual([here.id]);
    });

    it('that hold a machine are leased, cancelling or finishing', async () => {
      for (const state of Object.values(jobs)) await add({ state });
      const occupied = await listOccupiedJobs(lab.store.read);
      expect(occupied.map(({ state }) => state.status).sort()).toEqual(['cancelling', 'finishing', 'leased']);
    });
  });
}
