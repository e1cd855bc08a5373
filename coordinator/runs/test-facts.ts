/** What the reports of jobs said, as far as they are read, for the sentences about them. */
import type { AttemptId } from '#shared/ids.ts';
import { failuresIn, testsIn } from '#shared/test-report.ts';
import type { TestFacts } from '#shared/words.ts';
import type { Job } from '../store/jobs.ts';
import type { Tx } from '../store/store.ts';
import { listTestReportsOfJobs } from '../store/test-reports.ts';
import { type FailedTest, listFailures } from '../store/tests.ts';

/** By the attempt that decided; of jobs without reports, or whose reports are not read yet, there is none. */
export async function findTestFacts(tx: Tx, jobs: readonly Job[]): Promise<Map<AttemptId, TestFacts>> {
  const decided = new Set(
    jobs.flatMap(({ definition, state }) =>
      definition.reports && state.status === 'settled' && state.attempt ? [state.attempt] : [],
    ),
  );
  const facts = new Map<AttemptId, TestFacts>();
  if (decided.size === 0) return facts;
  const reports = await listTestReportsOfJobs(
    tx,
    jobs.filter(({ definition }) => definition.reports).map(({ id }) => id),
  );
  const read = reports.filter(({ attemptId, status }) => status === 'read' && decided.has(attemptId));
  const failing = read.filter(({ counts }) => failuresIn(counts) > 0).map(({ attemptId }) => attemptId);
  const first = new Map((await listFailures(tx, failing, 1)).map(failure => [failure.attemptId, failure]));
  for (const { attemptId, counts } of read)
    facts.set(attemptId, {
      total: testsIn(counts),
      failing: failuresIn(counts),
      first: labelOf(first.get(attemptId)),
    });
  return facts;
}

/** Where it is, else what it is called. */
function labelOf(failure: FailedTest | undefined): string | null {
  if (!failure) return null;
  const { file, line, test } = failure;
  return file !== null && line !== null ? `${file.slice(file.lastIndexOf('/') + 1)}:${line}` : test.name;
}
