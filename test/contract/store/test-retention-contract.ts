import { describe, expect, it } from 'vitest';
import { isBlobNamed, listLooseBlobs } from '#coordinator/store/blob-rows.ts';
import { findTestReport, insertTestReport, listReportFiles } from '#coordinator/store/test-reports.ts';
import { dropReports, findOldList, listOldReports, shrinkList } from '#coordinator/store/test-retention.ts';
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
import type { AttemptId } from '#shared/ids.ts';
import { noTests } from '#shared/test-report.ts';
import { type OpenBench, useStore } from './bench.ts';
import { addAttempt, addJob, at, digest } from './sample-rows.ts';

const dayMs = 86_400_000;
const keyOf = (n: number) => n.toString(16).padStart(32, '0');

export function describeTestRetention(name: string, openBench: OpenBench): void {
  describe(`${name}: tests that are old`, () => {
    const lab = useStore(openBench);

    /** A whole list of these tests. */
    async function addList(tests: readonly number[], createdAt = at): Promise<number> {
      const { repositoryId, suite } = await lab.store.write(tx =>
        addJob(tx, { suite: `s${tests.join('-')}${createdAt}` }),
      );
      return lab.store.write(async tx => {
        await ensureTests(
          tx,
          tests.map(n => ({ key: keyOf(n), repositoryId, suite, className: '', name: `t${n}` })),
        );
        const { id } = await ensureTestList(tx, digest(tests.reduce((sum, n) => sum + n, 0)), createdAt);
        const ids = await findTestIds(tx, tests.map(keyOf));
        await addListEntries(
          tx,
          id,
          [...ids.values()].map(testId => ({ testId, isSkipped: false })),
        );
        await sealTestList(tx, id);
        return id;
      });
    }

    /** A report with one failure and one file. */
    async function addReport(facts: {
      createdAt: number;
      listId: number | null;
      blob: string;
      test?: number;
    }) {
      const { createdAt, listId, blob, test } = facts;
      return lab.store.write(async tx => {
        const job = await addJob(tx);
        const attemptId = await addAttempt(tx, { job });
        const { id: jobId, runId, repositoryId, suite, image } = job;
        const about = { attemptId, jobId, runId, repositoryId, suite, image, status: 'read' as const };
        const rest = { tries: 1, nextAt: at, listId, counts: noTests, notices: [], createdAt };
        const file = { path: 'a.xml', format: 'junit' as const, bytes: 3, sha256: blob };
        await insertTestReport(tx, { ...about, ...rest }, [file]);
        const nothing = { file: null, line: null, ms: null, message: null, output: null };
        const testId =
          test === undefined ? undefined : (await findTestIds(tx, [keyOf(test)])).get(keyOf(test));
        if (testId) await insertFailures(tx, attemptId, [{ testId, outcome: 'failed', ...nothing }]);
        return { attemptId, repositoryId, jobId };
      });
    }
    const drop = (attempts: AttemptId[]) => lab.store.write(tx => dropReports(tx, attempts));

    it('go with their failures and files, the oldest first; what is kept stays', async () => {
      const listId = await addList([1]);
      const newer = await addReport({ createdAt: at + dayMs, listId, blob: digest(1), test: 1 });
      const [second, first] = [
        await addReport({ createdAt: at + 2, listId, blob: digest(2), test: 1 }),
        await addReport({ createdAt: at + 1, listId, blob: digest(3), test: 1 }),
      ];
      const old = await listOldReports(lab.store.read, at + dayMs, 9);
      expect(old).toEqual([first.attemptId, second.attemptId]);
      expect(await listOldReports(lab.store.read, at + dayMs, 1)).toEqual([first.attemptId]);
      await drop(old);
      await drop(old);
      expect(await listOldReports(lab.store.read, at + dayMs, 9)).toEqual([]);
      expect(await findTestReport(lab.store.read, first.attemptId)).toBe(null);
      expect(await listReportFiles(lab.store.read, first.attemptId)).toEqual([]);
      expect(await listFailures(lab.store.read, old, 9)).toEqual([]);
      expect(await listFailures(lab.store.read, [newer.attemptId], 9)).toHaveLength(1);
    });

    it('leave their bytes to be looked at, whoever else names them', async () => {
      const all = await Promise.all(
        [1, 2, 2].map(n => addReport({ createdAt: at, listId: null, blob: digest(n) })),
      );
      await drop(all.slice(0, 2).map(({ attemptId }) => attemptId));
      const loose = await listLooseBlobs(lab.store.read, '', 9);
      expect(loose.map(({ sha256, bytes }) => [sha256, bytes])).toEqual([
        [digest(1), 3],
        [digest(2), 3],
      ]);
      expect(await isBlobNamed(lab.store.read, digest(1))).toBe(false);
      expect(await isBlobNamed(lab.store.read, digest(2))).toBe(true);
    });

    it('leave lists that go bit by bit, with the tests that nothing else names', async () => {
      const used = await addList([1, 2], at);
      await addReport({ createdAt: at, listId: used, blob: digest(1) });
      const old = await addList([2, 3, 4], at + 1);
      await addList([5], at + 2 * dayMs);
      const failing = await addReport({ createdAt: at, listId: null, blob: digest(2), test: 4 });
      const before = at + dayMs;
      expect(await findOldList(lab.store.read, before)).toBe(old);
      const shrink = () => lab.store.write(tx => shrinkList(tx, old, before, 2));
      expect(await shrink()).toBe(false);
      // Killed here: a report with the very same tests would write it anew, not take it for whole.
      expect(await findOldList(lab.store.read, before)).toBe(old);
      expect((await lab.store.write(tx => ensureTestList(tx, digest(9), at + 1))).isWhole).toBe(false);
      expect(await shrink()).toBe(true);
      expect(await findOldList(lab.store.read, before)).toBe(null);
      const known = [1, 2, 3, 4, 5].map(async n => (await findTest(lab.store.read, keyOf(n))) !== null);
      expect(await Promise.all(known)).toEqual([true, true, false, true, true]);
      await drop([failing.attemptId]);
    });

    it('that are taken up again are not old', async () => {
      const list = await addList([1], at);
      const before = at + 90 * dayMs;
      await lab.store.write(tx => ensureTestList(tx, digest(1), before + 1));
      expect(await findOldList(lab.store.read, before)).toBe(null);
      expect(await lab.store.write(tx => shrinkList(tx, list, before, 9))).toBe(true);
      expect(await findTest(lab.store.read, keyOf(1))).not.toBe(null);
    });
  });
}
