/**
 * The loop that reads reports: whatever the store says is to be read. It comes after the verdict and never changes it;
 * what it finds is kept and the commit status is written anew. Rows are written in small changes, so that a list of very
 * many tests holds nothing up; a change that is repeated after a crash does no harm.
 */
import { createHash } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import type { AttemptId, Instant } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { noTests, type ReportFile } from '#shared/test-report.ts';
import type { Blobs } from '../blobs/blobs.ts';
import type { Wake, WakeUp } from '../ground/wake.ts';
import { findAttempt } from '../store/attempts.ts';
import { findJob, type Job } from '../store/jobs.ts';
import { assertRole, type Role } from '../store/roles.ts';
import type { Store, Tx } from '../store/store.ts';
import {
  listReportFiles,
  listReportsToRead,
  nextReportAt,
  noteReportTry,
  saveReadReport,
  type TestReport,
} from '../store/test-reports.ts';
import {
  addListEntries,
  ensureTestList,
  ensureTests,
  findTestIds,
  insertFailures,
  type ListEntry,
  sealTestList,
} from '../store/tests.ts';
import { givenUp } from './errors.ts';
import { type KeyedReports, readReports } from './read-reports.ts';

export type IngestParts = {
  store: Store;
  role: Role;
  blobs: Pick<Blobs, 'get'>;
  /** The sentence of the job's status may say more now. */
  publishStatus(tx: Tx, job: Job, at: Instant): Promise<Wake[]>;
  wakeUp: WakeUp;
  report: { error(fields: object, message: string): void };
  now: () => Instant;
};

/** Reads what is due, one attempt after the other. @returns in how many ms to look again, null when there is nothing. */
export async function ingestReports(parts: IngestParts, signal: AbortSignal): Promise<number | null> {
  const { store, now } = parts;
  for (;;) {
    const [due] = await listReportsToRead(store.read, now(), 1);
    if (!due || signal.aborted) break;
    await ingestOne(parts, due, signal);
  }
  const next = await nextReportAt(store.read, now());
  return next === null ? null : Math.max(0, next - now());
}

async function ingestOne(parts: IngestParts, due: TestReport, signal: AbortSignal): Promise<void> {
  const { now } = parts;
  if (due.tries >= limits.reportTries) return keep(parts, due, unread(due, 'it ended without a word'));
  const again = now() + limits.reportReadMs + limits.retryFirstMs * 2 ** due.tries;
  await write(parts, tx => noteReportTry(tx, due, again));
  let read: KeyedReports;
  try {
    read = await readReports(await orderFor(parts, due), signal);
  } catch (error) {
    signal.throwIfAborted();
    parts.report.error({ err: error, attempt: due.attemptId }, 'reports of an attempt could not be read');
    const message = error instanceof Error ? error.message : String(error);
    if (due.tries + 1 >= limits.reportTries) await keep(parts, due, unread(due, message));
    return;
  }
  await keep(parts, due, { ...read, notices: [...due.notices, ...read.notices] });
}

const unread = (due: TestReport, message: string): KeyedReports => ({
  ...{ counts: noTests, tests: [], failures: [], keys: [] },
  notices: [...due.notices, givenUp(message)],
});

async function orderFor({ store, blobs }: IngestParts, { attemptId, repositoryId, suite }: TestReport) {
  const attempt = await findAttempt(store.read, attemptId);
  const end = attempt?.state.status === 'ended' ? attempt.state.end : null;
  return {
    files: await listReportFiles(store.read, attemptId),
    bytesOf: (file: ReportFile) => wholeOf(blobs.get(file.sha256)),
    hasPassed: end?.reason === 'exited' && end.exitCode === 0,
    scope: `${repositoryId}\n${suite}`,
  };
}

async function wholeOf(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
}

const write = <Result>({ store, role }: IngestParts, change: (tx: Tx) => Promise<Result>): Promise<Result> =>
  store.write(async tx => {
    await assertRole(tx, role);
    return change(tx);
  });

/** Names, list, and in one last change what makes them count. */
async function keep(parts: IngestParts, due: TestReport, read: KeyedReports): Promise<void> {
  const ids = await ensureIds(parts, due, read);
  const listId = read.tests.length === 0 ? null : await ensureList(parts, entriesOf(read, ids));
  const idOf = new Map(read.tests.map(({ suite, name }, index) => [`${suite}\n${name}`, ids[index] ?? 0]));
  const wakes = await write(parts, async tx => {
    const failures = read.failures.map(({ suite, name, outcome, file, line, ms, message, output }) => ({
      ...{
        testId: idOf.get(`${suite}\n${name}`) ?? 0,
        outcome: outcome as 'failed',
        file,
        line,
        ms,
        message,
        output,
      },
    }));
    await insertFailures(tx, due.attemptId, failures);
    const notices = read.notices.slice(0, limits.reportNotices);
    await saveReadReport(tx, { attemptId: due.attemptId, listId, counts: read.counts, notices });
    return told(parts, tx, due);
  });
  parts.wakeUp(wakes);
}

/** The id of each test, in the order of `read.tests`. */
async function ensureIds(
  parts: IngestParts,
  due: TestReport,
  { tests, keys }: KeyedReports,
): Promise<number[]> {
  const ids: number[] = [];
  for (let from = 0; from < keys.length; from += limits.testsPerChange) {
    const some = keys.slice(from, from + limits.testsPerChange);
    let known = await findTestIds(parts.store.read, some);
    if (some.some(key => !known.has(key))) {
      const missing = some.flatMap((key, index) => {
        const test = tests[from + index];
        if (!test || known.has(key)) return [];
        const { repositoryId, suite } = due;
        return [{ key, repositoryId, suite, className: test.suite, name: test.name }];
      });
      await write(parts, tx => ensureTests(tx, missing));
      known = await findTestIds(parts.store.read, some);
    }
    ids.push(...some.map(key => known.get(key) ?? 0));
    await turn();
  }
  return ids;
}

const entriesOf = ({ tests }: KeyedReports, ids: readonly number[]): ListEntry[] =>
  tests
    .map(({ outcome }, index) => ({ testId: ids[index] ?? 0, isSkipped: outcome === 'skipped' }))
    .sort((one, other) => one.testId - other.testId);

/** The same tests, the same list: only a new one is rows. */
async function ensureList(parts: IngestParts, entries: readonly ListEntry[]): Promise<number> {
  const hash = createHash('sha256');
  for (const { testId, isSkipped } of entries) hash.update(`${testId}${isSkipped ? '-' : '+'}`);
  const digest = hash.digest('hex');
  const list = await write(parts, tx => ensureTestList(tx, digest, parts.now()));
  if (list.isWhole) return list.id;
  for (let from = 0; from < entries.length; from += limits.testsPerChange) {
    await write(parts, tx => addListEntries(tx, list.id, entries.slice(from, from + limits.testsPerChange)));
    await turn();
  }
  await write(parts, tx => sealTestList(tx, list.id));
  return list.id;
}

/** The status of the job says what the tests said, where this attempt is the one that decided. */
async function told(parts: IngestParts, tx: Tx, due: TestReport): Promise<Wake[]> {
  const job = await findJob(tx, due.jobId);
  if (!job) return [];
  const changed: Wake = { type: 'changed', run: job.runId, job: job.id };
  return isDecidedBy(job, due.attemptId)
    ? [changed, ...(await parts.publishStatus(tx, job, parts.now()))]
    : [changed];
}

const isDecidedBy = ({ state }: Job, attempt: AttemptId): boolean =>
  state.status === 'settled' && state.attempt === attempt;
