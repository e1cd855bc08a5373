/** The page of a run: what broke, the table of its jobs, where the time went, verbs. */
import { expect, test } from 'vitest';
import { shows, useBrowser } from '#test/support/browser.ts';
import { fillGallery } from '#test/support/people/gallery.ts';
import { lease } from '#test/support/people/lease.ts';
import { addReport } from '#test/support/people/reports.ts';
import { addJob, addRepository, addRun } from '#test/support/people/rows.ts';
import { signedIn } from '#test/support/people/sign-in.ts';
import { type People, withPeople } from '#test/support/people/with-people.ts';
import { until } from '#test/support/until.ts';

const open = useBrowser();

test('a run says what broke, on how many systems, and whose fault it was', () =>
  withPeople(async people => {
    const run = await addRun(people);
    const page = await open(`${people.url}/runs/${run.id}`);
    await shows(page, 'main', 'This run has no jobs');
    const jobs = [];
    for (const image of ['debian-12', 'netbsd-10', 'openbsd-7.9'])
      jobs.push(await addJob(people, run, { image }));
    await until('its jobs appear', async () => (await page.locator('.cell').count()) === 3);
    const [debian, netbsd, openbsd] = jobs;
    if (!debian || !netbsd || !openbsd) throw new Error('three jobs were added');
    await (await lease(people, debian)).exit(0);
    await (await lease(people, netbsd)).exit(1, 'make check: exit 1');
    const end = { reason: 'setup-failed', permanent: true, message: 'no such disk' } as const;
    await (await lease(people, openbsd)).end(end, 'lost');
    await shows(page, '.failures', 'unit fails on 1 of 3: netbsd-10 · make check: exit 1');
    await shows(page, '.failures', 'unit could not be tested on openbsd-7.9 · no such disk');
    await shows(page, '.failures', 'The fault is Paddock’s or its machines’, not the commit’s.');
    const words = () => page.locator('.cell .shape').allInnerTexts();
    await until(
      'each cell says how it stands',
      async () => (await words()).join() === 'passed,failed,could not be tested',
    );
    expect(await page.title()).toMatch(/^✕ acme\/rocket #1 .+ · Paddock$/);
    expect(page.complaints).toEqual([]);
  }));

test('of many failing tests it shows some, and says how many more there are', () =>
  withPeople(async people => {
    const run = await addRun(people);
    const leased = await lease(people, await addJob(people, run, { image: 'debian-12' }));
    const failed = Array.from({ length: 35 }, (_, n) => ({ name: `case-${n}`, message: 'no' }));
    await leased.exit(1);
    await addReport(people, leased, { passed: [], failed });
    const page = await open(`${people.url}/runs/${run.id}`);
    await shows(page, '.failures li:last-child', 'and 5 more');
    expect(await page.locator('section[aria-label="Tests that fail"] li').count()).toBe(31);
    expect(page.complaints).toEqual([]);
  }));

test('a run is called by its commit, and names the pull request beside it', () =>
  withPeople(async people => {
    const { failedRun } = await fillGallery(people);
    const page = await open(`${people.url}/runs/${failedRun}`);
    await shows(page, 'h1', 'Parser: read sizes with strtoul');
    await shows(page, '.head-facts', 'pull request #128 Parser: accept sizes above 4 GiB');
    await page.getByRole('link', { name: 'pull request #128' }).click();
    await shows(page, '.run-title', 'Parser: read sizes with strtoul');
    expect(page.complaints).toEqual([]);
  }));

test('from a failed run to the failing line it is one click', () =>
  withPeople(async people => {
    const job = await addJob(people, await addRun(people));
    const leased = await lease(people, job);
    await leased.stepStarts(0);
    await leased.print(
      `${'it is fine\n'.repeat(500)}\u001b[31mparser.c:88: expected 4294967296, got 0\u001b[0m\n`,
    );
    await leased.stepEnds(0, 2);
    await leased.exit(2, './configure: exit 2', 0);
    const page = await open(`${people.url}/runs/${job.runId}`);
    await shows(page, '.excerpt', 'parser.c:88: expected 4294967296, got 0');
    await page.locator('.excerpt').click();
    await shows(page, '#log-lines', 'parser.c:88: expected 4294967296, got 0');
    expect(new URL(page.url()).hash).toBe('#L497-L501');
    expect(page.complaints).toEqual([]);
  }));

test('the timeline says of each job where its time went', () =>
  withPeople(async people => {
    const job = await addJob(people, await addRun(people));
    people.clock.now += 8_000;
    const leased = await lease(people, job);
    people.clock.now += 4_000;
    await leased.progress(0);
    people.clock.now += 60_000;
    await leased.exit(0);
    const page = await open(`${people.url}/runs/${job.runId}`);
    const sentence = 'queue 8.0 s, start 4.0 s, source 0.0 s, steps 1:00';
    await until('it is told', async () => (await page.getByRole('img', { name: sentence }).count()) === 1);
  }));

test('an administrator is asked before a run is cancelled, and runs it again', () =>
  withPeople(async people => {
    const run = await addRun(people);
    await addJob(people, run);
    const page = await open(`${people.url}/runs/${run.id}`, await signedIn(people));
    const verbs = page.locator('.verbs');
    await verbs.getByRole('button', { name: 'Cancel' }).click();
    await shows(page, 'dialog', 'Cancel this run?');
    await page.keyboard.press('Escape');
    await until('nobody is asked any more', async () => (await page.locator('dialog').count()) === 0);
    await verbs.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    await shows(page, '.head .badge', 'cancelled');
    await verbs.getByRole('button', { name: 'Run again' }).focus();
    await page.keyboard.press('Enter');
    await shows(page, 'dialog', 'Run every job again?');
    await page.keyboard.press('Enter');
    await shows(page, '.head .badge', 'queued');
    await shows(page, '.verbs', 'It runs again.');
    expect(page.complaints).toEqual([]);
  }));

test('a verb that comes too late says so and does nothing', () =>
  withPeople(async people => {
    const leased = await lease(people, await addJob(people, await addRun(people)));
    const page = await open(`${people.url}/jobs/${leased.job}`, await signedIn(people));
    await page.getByRole('button', { name: 'Cancel' }).click();
    await shows(page, 'dialog', 'Cancel this job?');
    await leased.exit(0);
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    await shows(page, '[role=alert]', 'already');
    await page.getByRole('button', { name: 'Keep it running' }).click();
    await shows(page, '.head .badge', 'passed');
  }));

test('what a run left behind is listed by job', () =>
  withPeople(async people => {
    const run = await addRun(people);
    const leased = await lease(people, await addJob(people, run));
    await leased.keepArtifact('dist/app.tar.gz', Buffer.alloc(1_500));
    await leased.exit(0);
    const page = await open(`${people.url}/runs/${run.id}`);
    await page.getByRole('link', { name: '1 artifact' }).click();
    await shows(page, 'h1', 'Artifacts');
    await shows(page, '.artifact-list', 'dist/app.tar.gz');
    await shows(page, '.artifact-list', '1.5 kB');
    expect(page.complaints).toEqual([]);
  }));

test.each([
  ['a run of nobody’s business', ({ run }: Secret) => `/runs/${run}`],
  ['its artifacts', ({ run }: Secret) => `/runs/${run}/artifacts`],
  ['what is no run', () => '/runs/nonsense'],
])('%s is not there', (_what, pathOf) =>
  withPeople(async people => {
    const page = await open(people.url + pathOf(await addSecret(people)));
    await shows(page, 'main', 'There is no such run, or you may not see it.');
    await shows(page, 'main', 'paddock open');
    await page.getByRole('link', { name: 'Runs' }).last().click();
    await shows(page, 'main', 'No run yet');
  }),
);

test.each([
  ['a job of nobody’s business', ({ job }: Secret) => `/jobs/${job}`],
  ['a job that never was', () => `/jobs/job_${'0'.repeat(26)}`],
  ['what is no job', () => '/jobs/nonsense'],
])('%s is not there', (_what, pathOf) =>
  withPeople(async people => {
    const page = await open(people.url + pathOf(await addSecret(people)));
    await shows(page, 'main', 'There is no such job, or you may not see it.');
    await shows(page, 'main', 'paddock open');
  }),
);

type Secret = { run: string; job: string };

async function addSecret(people: People): Promise<Secret> {
  const repository = await addRepository(people, { fullName: 'acme/secret', isPrivate: true });
  const run = await addRun(people, {}, repository);
  return { run: run.id, job: (await addJob(people, run)).id };
}
