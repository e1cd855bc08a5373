/** The order in which the scheduler sees what waits. */
import { describe, expect, it } from 'vitest';
import {
  countAhead,
  countQueued,
  countWaiting,
  type Job,
  listCandidates,
  listCandidatesOfChange,
  listChangesInTurn,
  listQueuedJobs,
  listQueueGroups,
  saveJobState,
} from '#coordinator/store/jobs.ts';
import { jobs } from '../job-samples.ts';
import { type OpenBench, useStore } from './bench.ts';
import { addJob, addRepository, addRun } from './sample-rows.ts';

const queued = (queuedAt: number) => ({ ...jobs.queued, queuedAt });

export function describeQueue(name: string, openBench: OpenBench): void {
  describe(`${name}: the queue`, () => {
    const lab = useStore(openBench);
    const fill = (
      list: [label: string, repository: string, image: string, order: number, queuedAt: number][],
    ) =>
      lab.store.write(async tx => {
        const added = new Map<string, Job>();
        for (const [suite, fullName, image, order, queuedAt] of list) {
          const repository = await addRepository(tx, { fullName });
          const run = await addRun(tx, { repositoryId: repository.id });
          added.set(suite, await addJob(tx, { run, suite, image, class: order, state: queued(queuedAt) }));
        }
        return (label: string): Job => {
          const job = added.get(label);
          if (!job) throw new Error(`no job ${label}`);
          return job;
        };
      });

    it('is empty where everything is blocked, occupied or settled', async () => {
      const { queued: _, ...others } = jobs;
      for (const state of Object.values(others)) await lab.store.write(tx => addJob(tx, { state }));
      expect(await listQueueGroups(lab.store.read, 'debian-12')).toEqual([]);
      expect(await listQueuedJobs(lab.store.read, 10)).toEqual([]);
      expect(await countQueued(lab.store.read)).toEqual(new Map());
    });

    it('has a group per class and repository of an image, lower classes first', async () => {
      const job = await fill([
        ['a', 'acme/first', 'debian-12', 4, 1],
        ['b', 'acme/second', 'debian-12', 2, 5],
        ['c', 'acme/second', 'debian-12', 2, 3],
        ['d', 'acme/first', 'debian-12', 2, 9],
        ['e', 'acme/third', 'netbsd', 0, 0],
      ]);
      const group = (label: string) => {
        const { image, class: order, repositoryId } = job(label);
        return { image, class: order, repositoryId };
      };
      const middle = [group('b'), group('d')].sort((x, y) => (x.repositoryId < y.repositoryId ? -1 : 1));
      expect(await listQueueGroups(lab.store.read, 'debian-12')).toEqual([...middle, group('a')]);
    });

    it('gives the oldest of a group, by id where several came at the same time', async () => {
      const job = await fill([
        ['young', 'acme/first', 'debian-12', 2, 30],
        ['same-1', 'acme/first', 'debian-12', 2, 20],
        ['same-2', 'acme/first', 'debian-12', 2, 20],
        ['old', 'acme/first', 'debian-12', 2, 10],
        ['other class', 'acme/first', 'debian-12', 1, 1],
        ['other image', 'acme/first', 'netbsd', 2, 1],
        ['other repository', 'acme/second', 'debian-12', 2, 1],
      ]);
      const group = { image: 'debian-12', class: 2, repositoryId: job('old').repositoryId };
      const candidates = await listCandidates(lab.store.read, group, 3);
      expect(candidates).toEqual([job('old'), job('same-1'), job('same-2')]);
    });

    it('knows whose turn it is: who has the least, then who waits the longest, each with its oldest jobs', async () => {
      const { store } = lab;
      const repository = await store.write(tx => addRepository(tx));
      const add = (ref: string, suite: string, queuedAt: number, isTrusted = true) =>
        store.write(async tx => {
          const run = await addRun(tx, { repositoryId: repository.id, ref });
          return addJob(tx, { run, suite, isTrusted, state: queued(queuedAt) });
        });
      const busy = await add('busy', 'a', 1);
      const young = await add('young', 'b', 30);
      const stranger = await add('stranger', 'c', 10, false);
      const old = [await add('old', 'late', 25), await add('old', 'early', 20)];
      const group = { image: 'debian-12', class: 2, repositoryId: repository.id };
      const all = { shares: new Map([[busy.changeKey, 2]]), isTrustedOnly: false, max: 9 };
      const keys = [stranger, old[0], young, busy].map(job => job?.changeKey);
      expect(await listChangesInTurn(store.read, group, all)).toEqual(keys);
      expect(await listChangesInTurn(store.read, group, { ...all, isTrustedOnly: true, max: 2 })).toEqual(
        keys.slice(1, 3),
      );
      const ofOld = await listCandidatesOfChange(store.read, group, old[0]?.changeKey ?? '', all);
      expect(ofOld).toEqual(old.toReversed());
      const trusted = { ...all, isTrustedOnly: true };
      expect(await listCandidatesOfChange(store.read, group, stranger.changeKey, trusted)).toEqual([]);
    });

    it('counts who stands before a job, by class, then age, then id', async () => {
      const job = await fill([
        ['later class', 'acme/first', 'debian-12', 3, 1],
        ['younger', 'acme/first', 'debian-12', 2, 30],
        ['same-1', 'acme/first', 'debian-12', 2, 20],
        ['same-2', 'acme/second', 'debian-12', 2, 20],
        ['older', 'acme/second', 'debian-12', 2, 10],
        ['earlier class', 'acme/first', 'debian-12', 1, 99],
        ['other image', 'acme/first', 'netbsd', 0, 0],
      ]);
      const ahead = async (label: string) => countAhead(lab.store.read, job(label));
      expect(await ahead('earlier class')).toBe(0);
      expect(await ahead('older')).toBe(1);
      expect(await ahead('same-1')).toBe(2);
      expect(await ahead('same-2')).toBe(3);
      expect(await ahead('younger')).toBe(4);
      expect(await ahead('later class')).toBe(5);
      expect(await countAhead(lab.store.read, { ...job('younger'), state: jobs.leased })).toBe(0);
    });

    it('is counted per image, and lists the oldest of all', async () => {
      const job = await fill([
        ['a', 'acme/first', 'debian-12', 2, 30],
        ['b', 'acme/first', 'netbsd', 0, 20],
        ['c', 'acme/second', 'debian-12', 5, 10],
      ]);
      expect(await countQueued(lab.store.read)).toEqual(
        new Map([
          ['debian-12', 2],
          ['netbsd', 1],
        ]),
      );
      expect(await listQueuedJobs(lab.store.read, 2)).toEqual([job('c'), job('b')]);
      expect((await countWaiting(lab.store.read)).toSorted((a, b) => a.image.localeCompare(b.image))).toEqual(
        [
          { image: 'debian-12', isTrusted: true, count: 2, since: 10 },
          { image: 'netbsd', isTrusted: true, count: 1, since: 20 },
        ],
      );
    });

    it('loses a job that is leased and gets it back where its age puts it', async () => {
      const { store } = lab;
      const job = await fill([
        ['a', 'acme/first', 'debian-12', 2, 10],
        ['b', 'acme/first', 'debian-12', 2, 20],
      ]);
      const leased = await store.write(tx => saveJobState(tx, job('a'), jobs.leased));
      expect(await listQueuedJobs(store.read, 9)).toEqual([job('b')]);
      await store.write(tx => saveJobState(tx, leased, queued(15)));
      expect((await listQueuedJobs(store.read, 9)).map(({ suite }) => suite)).toEqual(['a', 'b']);
    });
  });
}
