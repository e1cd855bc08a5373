/** From reports to what a reader sees of tests: failures with their fault, and one test over runs and images. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ingestReports } from '#coordinator/reports/ingest.ts';
import { browseJobTests, browseRunTests, browseTest } from '#coordinator/runs/browse-tests.ts';
import type { Job } from '#coordinator/store/jobs.ts';
import type { Repository } from '#coordinator/store/repositories.ts';
import { imageOf, type Lab, openLab } from '../support/brain-lab.ts';
import { digest, failed, openGuests, passed } from '../support/guest-lab.ts';
import { addChange, addRepository, addRun, commitOf, leaseJob } from '../support/rows.ts';

let lab: Lab;
let repository: Repository;
beforeEach(async () => {
  lab = await openLab();
  repository = await addRepository(lab);
});
afterEach(() => lab.close());

const everybody = () => true;
const nobodyPrivate = ({ isPrivate }: { isPrivate: boolean }) => !isPrivate;
const results = { passed: '/', failed: '><failure message="got 0"/></testcase' } as const;

type Result = keyof typeof results;
type Place = { image?: string; commit?: number; pull?: boolean };

/** A job whose report has one test of each name, with these results. */
async function report(
  tests: Record<string, Result>,
  { image = 'linux', commit = 1, pull }: Place = {},
): Promise<Job> {
  const change = pull ? await addChange(lab, repository, 7) : null;
  const run = await addRun(lab, {
    repositoryId: repository.id,
    commit: commitOf(commit),
    ...(change ? { changeId: change.id, purpose: 'manual', ref: 'topic' } : {}),
  });
  const reports = { junit: ['a.xml'], tap: [] };
  const { job, attempt } = await leaseJob(lab, { run, reports, image, suite: 'unit' }, imageOf(image));
  const end = Object.values(tests).includes('failed') ? failed : passed;
  await openGuests(lab).finish(attempt, end, [], {
    reports: [{ path: 'a.xml', format: 'junit', bytes: 5, sha256: digest }],
  });
  const text = Object.entries(tests).map(([name, result]) => `<testcase name="${name}"${results[result]}>`);
  await ingest(`<testsuite>${text.join('')}</testsuite>`);
  return job;
}

function ingest(text: string): Promise<number | null> {
  const blobs = {
    async *get() {
      yield Buffer.from(text);
    },
  };
  const { store, role, wakeUp, now } = lab;
  const parts = { store, role, blobs, publishStatus: lab.statuses.publish, wakeUp, report: console, now };
  return ingestReports(parts, new AbortController().signal);
}

const testsOf = ({ id }: Job) => browseJobTests(lab.store.read, id, everybody);
const verdictsOf = async (job: Job) =>
  (await testsOf(job))?.failures.map(({ name, verdict }) => `${name} ${verdict?.kind}: ${verdict?.text}`);

test('a failure is compared with the branch that the change is for, on the same image', async () => {
  for (const commit of [11, 12]) await report({ overflow: 'passed', red: 'failed' }, { commit });
  await report({ overflow: 'failed' }, { commit: 13, image: 'netbsd' });
  const job = await report(
    { overflow: 'failed', red: 'failed', fresh: 'failed' },
    { commit: 20, pull: true },
  );
  expect(await verdictsOf(job)).toEqual([
    'overflow new: passed on main 2 of 2 times on linux',
    'red known: failed on main too, 2 of 2 times on linux',
    'fresh unclear: main has no result of it on linux yet',
  ]);
});

test('a test that passed on the very same commit is flaky', async () => {
  await report({ socket: 'passed' }, { commit: 20, pull: true });
  const job = await report({ socket: 'failed' }, { commit: 20, pull: true });
  expect(await verdictsOf(job)).toEqual(['socket flaky: passed 1 of 2 times on this very commit on linux']);
});

test('one test over runs and images, newest first, in pages', async () => {
  const one = await report({ overflow: 'passed' }, { commit: 11 });
  await report({ other: 'passed' }, { commit: 12 });
  const job = await report({ overflow: 'failed' }, { commit: 13, image: 'netbsd' });
  const key = (await testsOf(job))?.failures[0]?.test ?? '';
  const ask = (asked: object) => browseTest(lab.store.read, key, { max: 9, ...asked }, everybody);
  const all = await ask({});
  expect(all?.test).toMatchObject({ repository: 'acme/rocket', suite: 'unit', name: 'overflow' });
  expect(all?.items.map(({ outcome, image, message }) => [outcome, image, message])).toEqual([
    ['failed', 'netbsd', 'got 0'],
    ['passed', 'linux', null],
  ]);
  const first = await ask({ max: 1 });
  expect(first?.items).toEqual(all?.items.slice(0, 1));
  expect((await ask({ before: first?.next ?? undefined }))?.items).toEqual(all?.items.slice(1));
  expect((await ask({ image: 'linux' }))?.items.map(item => item.job)).toEqual([one.id]);
  expect((await ask({ branch: 'topic' }))?.items).toEqual([]);
  expect((await ask({ branch: 'main' }))?.items).toHaveLength(2);
});

test('what is private is invisible to strangers: a job, a run and a test are not there', async () => {
  const job = await report({ overflow: 'failed' });
  const key = (await testsOf(job))?.failures[0]?.test ?? '';
  await addRepository(lab, 'acme/rocket', { isPrivate: true });
  expect(await browseJobTests(lab.store.read, job.id, nobodyPrivate)).toBe(null);
  expect(await browseRunTests(lab.store.read, job.runId, nobodyPrivate)).toBe(null);
  expect(await browseTest(lab.store.read, key, { max: 9 }, nobodyPrivate)).toBe(null);
  expect(await browseRunTests(lab.store.read, job.runId, everybody)).toMatchObject([
    { counts: { failed: 1 } },
  ]);
});

test('a job without reports has none, and says so', async () => {
  const { job } = await leaseJob(lab);
  expect(await testsOf(job)).toMatchObject({ attempt: null, failures: [] });
  expect(await browseRunTests(lab.store.read, job.runId, everybody)).toEqual([]);
});
