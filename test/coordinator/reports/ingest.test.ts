import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ingestReports } from '#coordinator/reports/ingest.ts';
import { withCheckRuns } from '#coordinator/runs/check-runs.ts';
import type { Attempt } from '#coordinator/store/attempts.ts';
import { listUnsentWrites } from '#coordinator/store/forge-writes.ts';
import { findTestReport } from '#coordinator/store/test-reports.ts';
import { listFailures } from '#coordinator/store/tests.ts';
import type { AttemptEnd } from '#shared/job.ts';
import { limits } from '#shared/limits.ts';
import type { ReportFile } from '#shared/test-report.ts';
import { type Lab, openLab } from '../support/brain-lab.ts';
import { digest, failed, openGuests, passed } from '../support/guest-lab.ts';
import { jobNow, leaseJob } from '../support/rows.ts';

let lab: Lab;
let guests: ReturnType<typeof openGuests>;
beforeEach(async () => {
  lab = await openLab();
  guests = openGuests(lab);
});
afterEach(() => lab.close());

const withReports = { reports: { junit: ['*.xml'], tap: [] } };
const reportAt = (path: string): ReportFile => ({ path, format: 'junit', bytes: 5, sha256: digest });
const suite = (inside: string) => `<testsuite name="unit">${inside}</testsuite>`;
const passing = '<testcase name="reads" time="1"/><testcase name="writes"/>';
const overflow =
  '<testcase name="overflow"><failure message="got 0">tests/parser.c:88: got 0</failure></testcase>';

/** Ends an attempt of a job with reports, whose only report has this text. */
async function endWith(text: string, end: AttemptEnd = failed, paths = ['a.xml']): Promise<Attempt> {
  const { attempt } = await leaseJob(lab, withReports);
  await guests.finish(attempt, end, [], { reports: paths.map(reportAt), reportNotices: [] });
  await ingest(text);
  return attempt;
}

const complaints: string[] = [];
function ingest(text: string, missing = false, publishStatus = lab.statuses.publish): Promise<number | null> {
  const blobs = {
    async *get() {
      if (missing) throw new Error('there is no such blob');
      yield Buffer.from(text);
    },
  };
  const report = { error: (_: object, message: string) => void complaints.push(message) };
  const { store, role, wakeUp, now } = lab;
  const parts = { store, role, blobs, publishStatus, wakeUp, report, now };
  return ingestReports(parts, new AbortController().signal);
}

const reportOf = ({ id }: Attempt) => findTestReport(lab.store.read, id);
const statusNow = async () =>
  (await listUnsentWrites(lab.store.read, 99)).filter(write => write.kind === 'status').at(-1)?.payload
    .description;

test('the check of a run is written anew when its reports are read, though it is called the same', async () => {
  const ports = { peopleUrl: 'https://ci.example.org', waitReason: async () => null };
  const { publish } = withCheckRuns(lab.statuses, ports);
  const { attempt, job } = await leaseJob(lab, withReports);
  await guests.finish(attempt, passed, [], { reports: [reportAt('a.xml')], reportNotices: [] });
  const ended = await jobNow(lab, job.id);
  await lab.store.write(tx => publish(tx, ended, lab.clock.now));
  const checks = async () =>
    (await listUnsentWrites(lab.store.read, 99)).flatMap(({ kind, payload }) =>
      kind === 'check' ? payload : [],
    );
  const first = { status: 'completed', conclusion: 'success', title: '1 job passed' };
  expect(await checks()).toEqual([first]);
  await ingest(suite(passing), false, publish);
  expect(await checks()).toEqual([first, { ...first, reports: 1 }]);
  await lab.store.write(tx => publish(tx, ended, lab.clock.now));
  expect(await checks()).toHaveLength(2);
});

describe('the status of a job is rewritten when its reports are read', () => {
  test('it failed: where, and how many more', async () => {
    await endWith(suite(passing + overflow + overflow.replaceAll('overflow', 'other')));
    expect(await statusNow()).toBe('failed: parser.c:88 and 1 more of 4');
  });

  test('it failed with one test: which, of how many', async () => {
    await endWith(suite(passing + overflow));
    expect(await statusNow()).toBe('failed: parser.c:88, 1 of 3 tests');
  });

  test('it passed: in which time, and how many', async () => {
    await endWith(suite(passing), passed);
    expect(await statusNow()).toMatch(/^passed in .*, 2 tests$/);
  });

  test('it failed and no test did: what its step said stays', async () => {
    await endWith(suite(passing));
    expect(await statusNow()).toMatch(/^failed after .*make check exited with 2$/);
  });
});

test('the verdict does not wait: it stands before a report is looked at', async () => {
  const { attempt, job } = await leaseJob(lab, withReports);
  expect(await guests.finish(attempt, failed, [], { reports: [reportAt('a.xml')] })).toMatchObject({
    answer: 'settled',
  });
  expect(await reportOf(attempt)).toMatchObject({ status: 'received', jobId: job.id });
  expect(lab.wakes).toContainEqual({ type: 'reports' });
  expect(await statusNow()).toMatch(/^failed after/);
});

test('counts and failures are kept, the failures with their texts', async () => {
  const attempt = await endWith(suite(passing + overflow));
  expect(await reportOf(attempt)).toMatchObject({ status: 'read', counts: { passed: 2, failed: 1 } });
  const failures = await listFailures(lab.store.read, [attempt.id], 9);
  expect(failures).toMatchObject([
    {
      test: { className: 'unit', name: 'overflow', suite: 'default' },
      ...{ outcome: 'failed', file: 'tests/parser.c', line: 88, message: 'got 0' },
    },
  ]);
});

test('attempts that ran the same tests share one list, whatever came of them; a skipped test makes another', async () => {
  const lists = [];
  const skipped = overflow.replace(/<failure.*failure>/, '<skipped/>');
  for (const text of [passing + overflow, overflow + passing, passing + skipped])
    lists.push((await reportOf(await endWith(suite(text))))?.listId);
  expect(lists[0]).toBe(lists[1]);
  expect(lists[2]).not.toBe(lists[0]);
});

test('more tests than one change writes are all in the list', async () => {
  const many = Array.from({ length: limits.testsPerChange * 2 + 1 }, (_, n) => `<testcase name="${n}"/>`);
  const attempt = await endWith(suite(many.join('')), passed);
  const listId = (await reportOf(attempt))?.listId ?? 0;
  const entries = await lab.store.read
    .selectFrom('test_list_entry')
    .select(eb => eb.fn.countAll<number>().as('n'))
    .where('list_id', '=', listId)
    .executeTakeFirst();
  expect(Number(entries?.n)).toBe(many.length);
});

describe('what goes wrong is a sentence of the job, and never its verdict', () => {
  test('a report that is none', async () => {
    const attempt = await endWith('hello', passed);
    const notices = ['a.xml is no JUnit report: it has neither a testsuite nor a testcase'];
    expect(await reportOf(attempt)).toMatchObject({ status: 'read', notices, listId: null });
    expect(await statusNow()).toMatch(/^passed in [^,]*$/);
  });

  test('one that has not arrived whole', async () => {
    guests.said.lostReport = 'b.xml';
    const attempt = await endWith(suite(passing), passed, ['a.xml', 'b.xml']);
    expect((await reportOf(attempt))?.notices).toEqual(['1 report has not arrived whole']);
  });

  test('what its agent says, without what nobody could see', async () => {
    const { attempt } = await leaseJob(lab, withReports);
    const reportNotices = ['reports: *.xml matches\u202e no file'];
    await guests.finish(attempt, passed, [], { reports: [], reportNotices });
    expect(await reportOf(attempt)).toMatchObject({
      status: 'read',
      notices: ['reports: *.xml matches no file'],
    });
  });

  test('an agent of before reports', async () => {
    const { attempt } = await leaseJob(lab, withReports);
    await guests.finish(attempt, passed);
    expect((await reportOf(attempt))?.notices).toEqual([
      expect.stringMatching(/too old to hand over reports/),
    ]);
  });

  test('bytes that are gone, tried again a few times', async () => {
    const { attempt } = await leaseJob(lab, withReports);
    await guests.finish(attempt, passed, [], { reports: [reportAt('a.xml')] });
    for (let n = 0; n < limits.reportTries; n++) {
      expect(await reportOf(attempt)).toMatchObject({ status: 'received', tries: n });
      const waitMs = await ingest('', true);
      lab.pass(waitMs ?? 0);
    }
    expect(await reportOf(attempt)).toMatchObject({
      status: 'read',
      notices: ['the reports could not be read, 4 times: there is no such blob'],
    });
    expect(complaints).toHaveLength(limits.reportTries);
  });
});

test('reports that nobody asked for are not kept', async () => {
  const { attempt } = await leaseJob(lab);
  await guests.finish(attempt, passed, [], { reports: [reportAt('a.xml')] });
  expect(await reportOf(attempt)).toBe(null);
});

test('one place that is named twice is one report', async () => {
  const attempt = await endWith(suite(passing), passed, ['a.xml', 'a.xml']);
  expect(await reportOf(attempt)).toMatchObject({ counts: { passed: 2 }, notices: [] });
});
