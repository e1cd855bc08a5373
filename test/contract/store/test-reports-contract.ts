import { describe, expect, it } from 'vitest';
import { newId } from '#coordinator/store/new-id.ts';
import {
  findTestReport,
  insertTestReport,
  listReportFiles,
  listReportsToRead,
  listTestReportsOfJobs,
  nextReportAt,
  noteReportTry,
  saveReadReport,
  type TestReport,
} from '#coordinator/store/test-reports.ts';
import {
  addListEntries,
  ensureTestList,
  ensureTests,
  findTest,
  findTestIds,
  insertFailures,
  listFailures,
  sealTestList,
} from '#coordinator/store/tests.ts';
import { noTests } from '#shared/test-report.ts';
import { type OpenBench, useStore } from './bench.ts';
import { addAttempt, addJob, at, digest } from './sample-rows.ts';

export function describeTestReports(name: string, openBench: OpenBench): void {
  describe(`${name}: reports of tests`, () => {
    const lab = useStore(openBench);
    const files = ['b.xml', 'a.xml'].map(path => ({
      ...{ path, format: 'junit' as const, bytes: 3_000_000_000, sha256: digest(7) },
    }));

    async function add(facts: Partial<TestReport> = {}): Promise<TestReport> {
      const job = await lab.store.write(tx => addJob(tx));
      const attemptId = await lab.store.write(tx => addAttempt(tx, { job }));
      const { id: jobId, runId, repositoryId, suite, image } = job;
      const owner = { attemptId, jobId, runId, repositoryId, suite, image };
      const fresh = { status: 'received', tries: 0, nextAt: at, listId: null, counts: noTests } as const;
      const report: TestReport = { ...owner, ...fresh, notices: ['– ✈'], createdAt: at, ...facts };
      await lab.store.write(tx => insertTestReport(tx, report, files));
      return report;
    }
    const due = (now = at) => listReportsToRead(lab.store.read, now, 9);

    it('are read as they were handed over, their files by path', async () => {
      const report = await add();
      expect(await findTestReport(lab.store.read, report.attemptId)).toEqual(report);
      expect(await findTestReport(lab.store.read, newId.attempt())).toBe(null);
      expect(await listReportFiles(lab.store.read, report.attemptId)).toEqual(files.toReversed());
      expect(await listTestReportsOfJobs(lab.store.read, [report.jobId, newId.job()])).toEqual([report]);
      expect(await listTestReportsOfJobs(lab.store.read, [])).toEqual([]);
    });

    it('wait to be read, those that are due the longest first, and no more when they are', async () => {
      const [later, sooner] = [await add({ nextAt: at + 5 }), await add({ nextAt: at })];
      expect((await due()).map(({ attemptId }) => attemptId)).toEqual([sooner.attemptId]);
      expect(await nextReportAt(lab.store.read, at)).toBe(at + 5);
      expect((await due(at + 5)).map(({ attemptId }) => attemptId)).toEqual([
        sooner.attemptId,
        later.attemptId,
      ]);
      await lab.store.write(tx => noteReportTry(tx, sooner, at + 9));
      expect(await due()).toEqual([]);
      const counts = { ...noTests, passed: 2 };
      const { attemptId } = later;
      await lab.store.write(tx => saveReadReport(tx, { attemptId, listId: null, counts, notices: [] }));
      const read = { status: 'read', counts, notices: [] };
      expect(await findTestReport(lab.store.read, attemptId)).toMatchObject(read);
      expect((await due(at + 9)).map(({ tries }) => tries)).toEqual([1]);
      expect(await nextReportAt(lab.store.read, at + 9)).toBe(null);
    });
  });

  describe(`${name}: tests`, () => {
    const lab = useStore(openBench);
    const repositoryId = newId.repository();
    const test = (n: number) => ({
      ...{ key: `key-${n}`, repositoryId, suite: 'unit', className: 'a.b', name: `test ${n} – ✈` },
    });
    const add = async (...numbers: number[]) => {
      await lab.store.write(tx => ensureTests(tx, numbers.map(test)));
      const ids = await findTestIds(
        lab.store.read,
        numbers.map(n => `key-${n}`),
      );
      return numbers.map(n => ids.get(`key-${n}`) ?? 0);
    };

    it('are made once, whoever names them how often', async () => {
      const first = await add(1, 2);
      expect(await add(2, 3)).toEqual([first[1], expect.any(Number)]);
      expect(await findTest(lab.store.read, 'key-1')).toEqual({ id: first[0], ...test(1) });
      expect(await findTest(lab.store.read, 'key-9')).toBe(null);
      expect((await findTestIds(lab.store.read, ['key-9'])).size).toBe(0);
    });

    it('are in a list that is found again by its digest, and whole when it is said so', async () => {
      const ids = await add(1, 2);
      const ensure = () => lab.store.write(tx => ensureTestList(tx, 'digest', at));
      const list = await ensure();
      expect(await ensure()).toEqual({ id: list.id, isWhole: false });
      const entries = ids.map(testId => ({ testId, isSkipped: false }));
      for (let n = 0; n < 2; n++) await lab.store.write(tx => addListEntries(tx, list.id, entries));
      await lab.store.write(tx => sealTestList(tx, list.id));
      expect(await ensure()).toEqual({ id: list.id, isWhole: true });
    });

    it('fail in an attempt as they were reported, more of them than one query takes', async () => {
      const numbers = Array.from({ length: 150 }, (_, n) => n);
      const ids = await add(...numbers);
      const attempt = await lab.store.write(tx => addAttempt(tx));
      const owner = { attemptId: attempt, jobId: newId.job(), runId: newId.run(), repositoryId };
      const read = { status: 'read', tries: 1, nextAt: at, listId: null, counts: noTests } as const;
      const about = { suite: 'unit', image: 'debian-12', notices: [], createdAt: at };
      await lab.store.write(tx => insertTestReport(tx, { ...owner, ...read, ...about }, []));
      const failures = ids.map(testId => ({
        ...{ testId, outcome: 'errored' as const, file: 'a.c', line: 7, ms: 3_000_000_000 },
        ...{ message: null, output: 'a\nb' },
      }));
      for (let n = 0; n < 2; n++) await lab.store.write(tx => insertFailures(tx, attempt, failures));
      const listed = await listFailures(lab.store.read, [attempt], 101);
      expect(listed).toEqual(
        failures.slice(0, 101).map((failure, n) => ({
          ...{ ...failure, attemptId: attempt, test: { id: ids[n], ...test(n) } },
        })),
      );
      expect(await listFailures(lab.store.read, [], 9)).toEqual([]);
    });
  });
}
