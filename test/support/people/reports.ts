/** What reports say of the tests of an attempt, as if they had been handed over and read. */

import { createHash } from 'node:crypto';
import { findAttempt } from '#coordinator/store/attempts.ts';
import { findJob } from '#coordinator/store/jobs.ts';
import { insertTestReport } from '#coordinator/store/test-reports.ts';
import {
  addListEntries,
  ensureTestList,
  ensureTests,
  findTestIds,
  insertFailures,
  sealTestList,
} from '#coordinator/store/tests.ts';
import { noTests } from '#shared/test-report.ts';
import type { Lease } from './lease.ts';
import type { People } from './with-people.ts';

export type Failed = { name: string; file?: string; line?: number; message: string; output?: string };

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
export const testKeyOf = (name: string): string => hash(name).slice(0, 32);

/** `passed` and `failed` are all the tests that there were. */
export async function addReport(
  { store, clock }: People,
  { attempt, job: jobId }: Pick<Lease, 'attempt' | 'job'>,
  { passed, failed }: { passed: readonly string[]; failed: readonly Failed[] },
): Promise<void> {
  const names = [...passed, ...failed.map(({ name }) => name)].sort();
  await store.write(async tx => {
    const job = await findJob(tx, jobId);
    if (!job || !(await findAttempt(tx, attempt))) throw new Error(`there is no attempt ${attempt}`);
    const { runId, repositoryId, suite, image } = job;
    await ensureTests(
      tx,
      names.map(name => ({ key: testKeyOf(name), repositoryId, suite, className: 'tests.parser', name })),
    );
    const ids = await findTestIds(tx, names.map(testKeyOf));
    const idOf = (name: string) => ids.get(testKeyOf(name)) ?? 0;
    const list = await ensureTestList(tx, hash(names.join()), clock.now);
    await addListEntries(
      tx,
      list.id,
      names.map(name => ({ testId: idOf(name), isSkipped: false })),
    );
    await sealTestList(tx, list.id);
    const counts = { ...noTests, passed: passed.length, failed: failed.length };
    const about = { attemptId: attempt, jobId, runId, repositoryId, suite, image, status: 'read' as const };
    const rest = { tries: 1, nextAt: clock.now, listId: list.id, counts, notices: [], createdAt: clock.now };
    await insertTestReport(tx, { ...about, ...rest }, []);
    await insertFailures(
      tx,
      attempt,
      failed.map(({ name, file = null, line = null, message, output = null }) => ({
        ...{ testId: idOf(name), outcome: 'failed' as const, file, line, ms: 12, message, output },
      })),
    );
  });
}
