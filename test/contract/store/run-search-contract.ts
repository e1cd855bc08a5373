/** Runs by what people ask for: the databases find what `isShown` lets through, newest first, page by page. */
import { describe, expect, it } from 'vitest';
import { saveChange } from '#coordinator/store/changes.ts';
import { saveJobState } from '#coordinator/store/jobs.ts';
import { type RunSearch, searchRuns } from '#coordinator/store/run-search.ts';
import { listJobSquares } from '#coordinator/store/run-squares.ts';
import { findRun, type Run, saveRun } from '#coordinator/store/runs.ts';
import { insertTestReport } from '#coordinator/store/test-reports.ts';
import { ensureTests, findTestIds, insertFailures } from '#coordinator/store/tests.ts';
import { limits } from '#shared/limits.ts';
import { isOpenStanding, standingOf } from '#shared/run.ts';
import { isShown, type RunFilter } from '#shared/run-filter.ts';
import { noTests } from '#shared/test-report.ts';
import { between, pick, randomFrom } from '#test/support/random.ts';
import { jobs } from '../job-samples.ts';
import { type OpenBench, useStore } from './bench.ts';
import { addAttempt, addJob, addRepository, addRun, at, changeFacts, commit } from './sample-rows.ts';

const dayMs = 86_400_000;
const day = (n: number): string => new Date(at + n * dayMs).toISOString().slice(0, 10);

const authors = ['kim', 'Kim', 'BO', 'per_cent%', ''];
const refs = ['main', 'Main', 'fix/50%', 'a\\b'];
const titles = ['Read 64 bits', 'Read 32 BITS', '100% _done_', 'Ünïcode ✈', '\u202egnirts', 'C:\\path'];
const images = ['debian-12', 'netbsd-10', 'Debian-12'];
const settled = (outcome: 'passed' | 'failed' | 'errored') => ({ ...jobs.settled, outcome });
const states = [jobs.queued, jobs.leased, settled('passed'), settled('failed'), settled('errored')];

const filters: RunFilter[] = [
  {},
  { author: 'KIM' },
  { author: 'per_cent%' },
  { author: 'percent' },
  { branch: 'main' },
  { branch: 'fix/50%' },
  { branch: 'a\\b', author: 'bo' },
  { change: 7 },
  { change: 8, author: 'kim' },
  { image: 'DEBIAN-12' },
  { image: 'netbsd-10', outcome: 'failed' },
  { image: 'plan9' },
  { outcome: 'passed' },
  { outcome: 'errored', branch: 'main' },
  { outcome: 'refused' },
  { text: 'bits read' },
  { text: '100% _done_' },
  { text: '__' },
  { text: '%' },
  { text: 'c:\\path' },
  { text: 'ünïcode' },
  { text: 'Ünïcode' },
  { text: '\u202egnirts' },
  { text: '#7 change' },
  { text: `${commit(3)}` },
  { text: 'acme/other kim' },
  { text: 'nowhere' },
  { text: 'x'.repeat(limits.filterChars) },
  { since: day(2) },
  { until: day(2) },
  { since: day(1), until: day(1) },
  { since: day(99) },
  { until: day(-1) },
  { since: new Date(at + dayMs).toISOString(), author: 'kim' },
];

export function describeRunSearch(name: string, openBench: OpenBench): void {
  describe(`${name}: runs that are looked for`, () => {
    const lab = useStore(openBench);
    const whole = { max: 1_000, before: null, repository: null, sight: null };
    const find = (filter: RunFilter, more: Partial<RunSearch> = {}) =>
      searchRuns(lab.store.read, { ...whole, ...more, filter });

    /** Runs of every kind, each with what a filter is asked about. */
    async function scatter(count: number) {
      const random = randomFrom(20_261_130);
      const known: { run: Run; facts: Parameters<typeof isShown>[1] }[] = [];
      for (let n = 0; n < count; n++)
        await lab.store.write(async tx => {
          const repository = await addRepository(tx, {
            fullName: pick(random, ['acme/rocket', 'Acme/Other']),
          });
          const number = pick(random, [7, 8]);
          const change = await saveChange(tx, {
            ...changeFacts(repository),
            number,
            title: `Change ${number}`,
          });
          const isOfChange = random() < 0.5;
          const refused = random() < 0.1;
          const run = await addRun(
            tx,
            {
              repositoryId: repository.id,
              commit: commit(n),
              ref: pick(random, refs),
              author: pick(random, authors),
              title: pick(random, titles),
              changeId: isOfChange ? change.id : null,
              state: refused
                ? { status: 'refused', at, message: 'bad', position: null }
                : { status: 'planned', at },
            },
            at + between(random, n, n + 1) * 10 * 3_600_000,
          );
          const own = [];
          for (let job = refused ? 9 : between(random, 0, 2); job < 3; job++) {
            const facts = { suite: `s${job}`, image: pick(random, images), state: pick(random, states) };
            own.push(await addJob(tx, { run, ...facts }));
          }
          const standing = standingOf(
            run.state,
            own.map(({ state }) => state),
          );
          const { ref, author, title, createdAt, commit: sha } = run;
          const [named, titled] = isOfChange ? [number, change.title] : [null, null];
          known.unshift({
            run,
            facts: {
              ...{ repository: repository.fullName, ref, author, title, createdAt, commit: sha, standing },
              ...{ number: run.number, change: named, changeTitle: titled, jobs: own },
            },
          });
        });
      return known;
    }

    it('are those that fit, whatever is asked', async () => {
      const known = await scatter(40);
      for (const filter of filters) {
        const expected = known.filter(({ facts }) => isShown(filter, facts)).map(({ run }) => run.id);
        const { runs, next } = await find(filter);
        expect([filter, next, runs.map(({ id }) => id)]).toEqual([filter, null, expected]);
        const paged: string[] = [];
        for (let before: Run['id'] | null = null, page = 0; page < 50; page++) {
          const answer = await find(filter, { max: 3, before });
          paged.push(...answer.runs.map(({ id }) => id));
          before = answer.next;
          if (before === null) break;
        }
        expect(paged).toEqual(expected);
      }
      const open = known.filter(({ facts }) => isOpenStanding(facts.standing)).map(({ run }) => run.id);
      expect((await find({ outcome: 'running' })).runs.map(({ id }) => id)).toEqual(open);
    });

    it('are no more than the public ones, and those of one repository', async () => {
      const { store } = lab;
      const [secret, open] = await store.write(async tx => [
        await addRepository(tx, { fullName: 'acme/secret' }),
        await addRepository(tx, { fullName: 'acme/open', isPrivate: false }),
      ]);
      const hidden = await store.write(tx => addRun(tx, { repositoryId: secret?.id ?? never() }));
      await store.write(async tx =>
        addRun(tx, { repositoryId: (await addRepository(tx, { fullName: 'other/secret' })).id }),
      );
      const shown = await store.write(tx => addRun(tx, { repositoryId: open?.id ?? never() }));
      for (const filter of [{ author: 'kim' }, { branch: 'higher' }, { text: 'fly' }, { since: day(-1) }]) {
        expect((await find(filter, { sight: [] })).runs).toEqual([shown]);
        const both = await find(filter, { sight: [secret?.id ?? never()] });
        expect(both.runs.map(({ id }) => id)).toEqual([shown.id, hidden.id]);
        expect((await find(filter, { repository: open?.id ?? null })).runs).toEqual([shown]);
      }
    });

    it('end for a stranger where the public ones do, however many others there are', async () => {
      const secret = await lab.store.write(tx => addRepository(tx, { fullName: 'acme/secret' }));
      // Of so many words few runs are looked through in one answer.
      const text = Array.from({ length: 80 }, (_, n) => n).join(' ');
      await lab.store.write(async tx => {
        for (let n = 0; n <= limits.runsReadForWords / 80; n++)
          await addRun(tx, { repositoryId: secret.id, commit: commit(n) });
      });
      expect((await find({ text })).next).not.toBeNull();
      expect(await find({ text }, { sight: [] })).toEqual({ runs: [], next: null });
    });

    it('are found by how they stand from the moment on that they do', async () => {
      const { store } = lab;
      const run = await store.write(tx => addRun(tx));
      const stands = async (outcome: NonNullable<RunFilter['outcome']>) =>
        (await find({ outcome })).runs.length === 1;
      const [first, second] = await store.write(async tx => [
        await addJob(tx, { run, state: jobs.leased }),
        await addJob(tx, { run, suite: 'lint', state: settled('passed') }),
      ]);
      if (!first || !second) return never();
      expect([await stands('running'), await stands('passed')]).toEqual([true, false]);
      const ended = await store.write(tx => saveJobState(tx, first, settled('errored')));
      expect([await stands('running'), await stands('errored')]).toEqual([false, true]);
      // One of its jobs runs again; later it gets a job more.
      const again = await store.write(tx => saveJobState(tx, ended, jobs.queued));
      expect([await stands('queued'), await stands('errored')]).toEqual([true, false]);
      await store.write(tx => saveJobState(tx, again, settled('passed')));
      expect(await stands('passed')).toBe(true);
      const late = await store.write(tx => addJob(tx, { run, suite: 'late', state: jobs.queued }));
      expect([await stands('queued'), await stands('passed')]).toEqual([true, false]);
      await store.write(tx => saveJobState(tx, late, settled('failed')));
      expect(await stands('failed')).toBe(true);
      const dropped = { status: 'dropped', at, reason: 'superseded', message: '' } as const;
      await store.write(async tx => saveRun(tx, { ...((await findRun(tx, run.id)) ?? run), state: dropped }));
      expect(await stands('superseded')).toBe(true);
    });

    it('are those in which a test failed or was flaky whose name begins so, or that one test', async () => {
      const { store } = lab;
      const [failed, other] = await store.write(async tx => [await addJob(tx), await addJob(tx)]);
      if (!failed || !other) return never();
      const keys = ['a', 'b'].map(letter => letter.repeat(32));
      await store.write(async tx => {
        const names = ['Parser/overflow', 'parser/50%'];
        const { repositoryId, suite } = failed;
        // More than are looked for have never failed, and have their names before.
        const green = Array.from({ length: limits.testsNamed }, (_, n) => ({
          ...{ repositoryId, suite, className: 'c', name: `parser/${n}` },
          key: n.toString(16).padStart(32, '0'),
        }));
        await ensureTests(tx, green);
        await ensureTests(
          tx,
          names.map((each, index) => ({
            key: keys[index] ?? '',
            repositoryId,
            suite,
            className: 'c',
            name: each,
          })),
        );
        const ids = await findTestIds(tx, keys);
        for (const [index, job] of [failed, other].entries()) {
          const attemptId = await addAttempt(tx, { job });
          const about = { attemptId, jobId: job.id, runId: job.runId, repositoryId, suite, image: job.image };
          const read = { status: 'read', tries: 1, nextAt: at, listId: null, counts: noTests } as const;
          await insertTestReport(tx, { ...about, ...read, notices: [], createdAt: at }, []);
          const testId = ids.get(keys[index] ?? '') ?? 0;
          const facts = { file: null, line: null, ms: null, message: null, output: null };
          await insertFailures(tx, attemptId, [
            { testId, outcome: index === 0 ? 'failed' : 'flaky', ...facts },
          ]);
        }
      });
      const found = async (test: string) => (await find({ test })).runs.map(({ id }) => id);
      expect(await found('parser/')).toEqual([other.runId, failed.runId]);
      expect(await found('PARSER/OVERFLOW')).toEqual([failed.runId]);
      expect(await found('parser/50%')).toEqual([other.runId]);
      // As it is shown: class, space, name.
      expect(await found('C parser/')).toEqual([other.runId, failed.runId]);
      expect(await found('d parser/')).toEqual([]);
      expect(await found(keys[0] ?? '')).toEqual([failed.runId]);
      expect(await found('overflow')).toEqual([]);
      expect(await found('%')).toEqual([]);
    });

    it('have squares in the order of the run, with the times of the newest attempt', async () => {
      const { store } = lab;
      const job = await store.write(tx => addJob(tx, { state: jobs.leased }));
      await store.write(tx => addAttempt(tx, { job, leasedAt: at }));
      await store.write(tx => addAttempt(tx, { job, number: 2, leasedAt: at + 5 }));
      const { id, suite, image, state } = job;
      expect(await listJobSquares(store.read, job.runId)).toEqual([
        { id, suite, image, state, startedAt: at + 5, endedAt: null },
      ]);
    });
  });
}

const never = (): never => {
  throw new Error('it was made above');
};
