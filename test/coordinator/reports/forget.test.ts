/** What is known of tests goes with its time, whoever is killed meanwhile. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { forgetOldTests } from '#coordinator/reports/forget.ts';
import { ingestReports } from '#coordinator/reports/ingest.ts';
import { browseJobTests } from '#coordinator/runs/browse-tests.ts';
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

function forget(remove: (sha256: string) => Promise<void> = async () => {}) {
  return forgetOldTests({ store: lab.store, blobs: { remove }, now: lab.now });
}

test('reports that are kept long enough go, with their bytes, lists and tests; newer ones stay', async () => {
  const old = await reported('old');
  lab.clock.now += limits.retention.testsDays * dayMs;
  const recent = await reported('recent');
  lab.clock.now += 1;
  const removed: string[] = [];
  const remove = async (sha256: string) => void removed.push(sha256);
  expect(await testsOf(old)).toEqual(['b']);
  expect(await forget(remove)).toBe(1);
  // The newer report has the very same bytes.
  expect(removed).toEqual([]);
  expect([await testsOf(old), await testsOf(recent)]).toEqual([[], ['b']]);
  expect([await countOf('test'), await countOf('test_list_entry')]).toEqual([2, 2]);
  lab.clock.now += limits.retention.testsDays * dayMs;
  expect(await forget(remove)).toBe(1);
  expect(removed).toEqual([digest]);
  for (const table of ['test', 'test_list', 'test_list_entry', 'test_failure', 'report_file'] as const)
    expect([table, await countOf(table)]).toEqual([table, 0]);
  expect(await forget(remove)).toBe(0);
});

test('whoever is killed after the bytes are gone leaves rows that say what to remove', async () => {
  const job = await reported('old');
  lab.clock.now += (limits.retention.testsDays + 1) * dayMs;
  const killed = forget(async () => {
    throw new Error('killed');
  });
  await expect(killed).rejects.toThrow('killed');
  expect(await testsOf(job)).toEqual(['b']);
  expect(await forget()).toBe(1);
  expect(await testsOf(job)).toEqual([]);
});
