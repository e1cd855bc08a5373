/** What is known of tests goes with its time, whoever is killed meanwhile. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { forgetOldTests } from '#coordinator/reports/forget.ts';
import { ingestReports } from '#coordinator/reports/ingest.ts';
import { browseJobTests } from '#coordinator/runs/browse-tests.ts';
import { isBlobNamed, listLooseBlobs } from '#coordinator/store/blob-rows.ts';
import { limits } from '#shared/limits.ts';
import { type Lab, openLab } from '../support/brain-lab.ts';
import { digest, failed, openGuests } from '../support/guest-lab.ts';
import { leaseJob } from '../support/rows.ts';

let lab: Lab;
beforeEach(async () => {
  lab = await openLab();
});
afterEach(() => lab.close());

const dayMs = 86_400_000;
const xml =
  '<testsuite name="u"><testcase name="a"/><testcase name="b"><failure message="no"/></testcase></testsuite>';

/** A job whose only report has been read. */
async function reported(suite: string) {
  const { job, attempt } = await leaseJob(lab, { suite, reports: { junit: ['*.xml'], tap: [] } });
  const file = { path: 'a.xml', format: 'junit' as const, bytes: 5, sha256: digest };
  await openGuests(lab).finish(attempt, failed, [], { reports: [file], reportNotices: [] });
  const blobs = {
    async *get() {
      yield Buffer.from(xml);
    },
  };
  const { store, role, wakeUp, now } = lab;
  const parts = {
    store,
    role,
    blobs,
    publishStatus: lab.statuses.publish,
    wakeUp,
    report: { error() {} },
    now,
  };
  await ingestReports(parts, new AbortController().signal);
  return job.id;
}

const testsOf = async (job: Parameters<typeof browseJobTests>[1]) =>
  (await browseJobTests(lab.store.read, job, () => true))?.failures.map(({ name }) => name);

const countOf = async (table: 'test' | 'test_list' | 'test_list_entry' | 'test_failure' | 'report_file') =>
  (await lab.store.read.selectFrom(table).selectAll().execute()).length;

const forget = () => forgetOldTests(lab.store, lab.now() - limits.retention.tests * dayMs);

/** What nothing names, as far as the rows say. */
async function unnamed(): Promise<string[]> {
  const loose = await listLooseBlobs(lab.store.read, '', 9);
  const named = await Promise.all(loose.map(({ sha256 }) => isBlobNamed(lab.store.read, sha256)));
  return loose.filter((_, index) => !named[index]).map(({ sha256 }) => sha256);
}

test('reports that are kept long enough go, with their bytes, lists and tests; newer ones stay', async () => {
  const old = await reported('old');
  lab.clock.now += limits.retention.tests * dayMs;
  const recent = await reported('recent');
  lab.clock.now += 1;
  expect(await testsOf(old)).toEqual(['b']);
  expect(await forget()).toBe(1);
  // The newer report has the very same bytes.
  expect(await unnamed()).toEqual([]);
  expect([await testsOf(old), await testsOf(recent)]).toEqual([[], ['b']]);
  expect([await countOf('test'), await countOf('test_list_entry')]).toEqual([2, 2]);
  lab.clock.now += limits.retention.tests * dayMs;
  expect(await forget()).toBe(1);
  expect(await unnamed()).toEqual([digest]);
  for (const table of ['test', 'test_list', 'test_list_entry', 'test_failure', 'report_file'] as const)
    expect([table, await countOf(table)]).toEqual([table, 0]);
  expect(await forget()).toBe(0);
});
