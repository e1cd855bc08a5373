/** The lists: runs, one run, deliveries; signing in and out. */
import { expect, test } from 'vitest';
import { useBrowser, type WatchedPage } from '#test/support/browser.ts';
import { ask, webhook } from '#test/support/people/ask.ts';
import { handleWhatCame, pushTo } from '#test/support/people/intake.ts';
import { lease } from '#test/support/people/lease.ts';
import { addJob, addRepository, addRun } from '#test/support/people/rows.ts';
import { signedIn } from '#test/support/people/sign-in.ts';
import { withPeople } from '#test/support/people/with-people.ts';
import { until } from '#test/support/until.ts';

const open = useBrowser();

const shows = (page: WatchedPage, selector: string, text: string) =>
  until(`${selector} shows "${text}"`, async () =>
    (await page.locator(selector).first().innerText()).includes(text),
  );

const titles = (page: WatchedPage) => page.locator('.runs .title').allTextContents();

test('the first page teaches how to begin, and shows the first run by itself', () =>
  withPeople(async people => {
    const page = await open(people.url);
    await shows(page, 'main', 'No run yet');
    await shows(page, 'main', 'npx paddock run . --command "make check"');
    await shows(page, 'main', `${people.url}/hooks/github`);
    await shows(page, 'main', 'application/json');
    await addRun(people, { title: 'The very first' });
    await until('it is there', async () => (await titles(page)).includes('The very first'));
    expect(await page.locator('.blank').count()).toBe(0);
    expect(page.complaints).toEqual([]);
  }));

test('a new run announces itself and does not push what is being read', () =>
  withPeople(async people => {
    await addRun(people, { title: 'An old one' });
    const page = await open(people.url);
    const place = () =>
      page
        .locator('.runs li')
        .first()
        .evaluate(row => row.getAttribute('data-key'));
    const before = await place();
    await addRun(people, { title: 'A new one' });
    await addRun(people, { title: 'Another one' });
    await shows(page, '.news', '2 new runs · show');
    expect(await place()).toBe(before);
    await page.locator('.news').click();
    expect(await titles(page)).toEqual(['Another one', 'A new one', 'An old one']);
    expect(await page.locator('.news').count()).toBe(0);
    expect(page.complaints).toEqual([]);
  }));

test('a run that goes on changes in its place, and the keyboard stays where it is', () =>
  withPeople(async people => {
    const run = await addRun(people, { title: 'Mine' });
    const job = await addJob(people, run);
    const page = await open(people.url);
    await page.getByRole('link', { name: 'Mine' }).focus();
    const leased = await lease(people, job);
    await shows(page, '.runs .shape', '●');
    await leased.exit(0);
    await shows(page, '.runs .shape', '✓');
    await until('its square is green', async () => (await page.locator('.square.passed').count()) === 1);
    expect(await page.locator(':focus').textContent()).toBe('Mine');
    expect(page.complaints).toEqual([]);
  }));

test('a run says what broke, on how many systems, and whose fault it was', () =>
  withPeople(async people => {
    const run = await addRun(people);
    const page = await open(`${people.url}/runs/${run.id}`);
    await shows(page, 'main', 'This run has no jobs');
    const jobs = [];
    for (const image of ['debian-12', 'netbsd-10', 'openbsd-7.9'])
      jobs.push(await addJob(people, run, { image }));
    await until('its jobs appear', async () => (await page.locator('.jobs li').count()) === 3);
    const [debian, netbsd, openbsd] = jobs;
    if (!debian || !netbsd || !openbsd) throw new Error('three jobs were added');
    await (await lease(people, debian)).exit(0);
    await (await lease(people, netbsd)).exit(1, 'make check: exit 1');
    const end = { reason: 'setup-failed', permanent: true, message: 'no such disk' } as const;
    await (await lease(people, openbsd)).end(end, 'lost');
    await shows(page, '.failures', 'unit fails on 1 of 3: netbsd-10');
    await shows(
      page,
      '.failures',
      'could not be tested on openbsd-7.9: the fault is Paddock’s or its machines’',
    );
    expect(await page.locator('.jobs .shape').allTextContents()).toEqual(['✓passed', '✕failed', '⚡errored']);
    expect(await page.title()).toMatch(/failed · Paddock$/);
    expect(page.complaints).toEqual([]);
  }));

test('a suite file with a mistake says where it is', () =>
  withPeople(async people => {
    const position = { file: '.paddock.yml', line: 12, column: 5 };
    const state = {
      status: 'refused',
      at: people.clock.now,
      message: 'unknown key "stepz"',
      position,
    } as const;
    const run = await addRun(people, { state });
    for (const path of ['/', `/runs/${run.id}`]) {
      const page = await open(people.url + path);
      await shows(page, 'main', '.paddock.yml:12:5 unknown key "stepz"');
    }
  }));

test('runs are filtered by repository, and paged', () =>
  withPeople(async people => {
    const [a, b] = [
      await addRepository(people, { fullName: 'acme/a' }),
      await addRepository(people, { fullName: 'acme/b' }),
    ];
    for (let n = 0; n < 60; n++) await addRun(people, { title: `a ${n}` }, a);
    await addRun(people, { title: 'b' }, b);
    const page = await open(people.url);
    await page.getByRole('link', { name: 'acme/a' }).first().click();
    expect((await titles(page))[0]).toBe('a 59');
    await page.getByRole('link', { name: 'Older runs' }).click();
    expect(await titles(page)).toEqual(Array.from({ length: 10 }, (_, n) => `a ${9 - n}`));
    expect(page.url()).toContain('repository=acme%2Fa');
  }));

test('what came from GitHub is listed with what was done about it', () =>
  withPeople(async people => {
    await ask(people, '/hooks/github', webhook(pushTo('other/thing')));
    await handleWhatCame(people);
    const page = await open(`${people.url}/deliveries`, await signedIn(people));
    await shows(page, '.list', 'unknown repository');
    await shows(page, '.list', 'other/thing is not configured here');
    expect(page.complaints).toEqual([]);
  }));

test('a stranger who asks for what is not his sees a page with the next step', () =>
  withPeople(async people => {
    const secret = await addRepository(people, { fullName: 'acme/secret', isPrivate: true });
    const run = await addRun(people, {}, secret);
    const page = await open(people.url);
    for (const [path, said] of [
      [`/runs/${run.id}`, 'There is no such run, or you may not see it.'],
      ['/jobs/nonsense', 'There is no such job, or you may not see it.'],
      ['/deliveries', 'Deliveries are for administrators.'],
      ['/nowhere', 'There is nothing here.'],
      ['/logs/attempt_x.txt', 'There is no such log, or you may not see it.'],
    ] as const) {
      await page.goto(people.url + path);
      await shows(page, 'main', said);
      await page.getByRole('link', { name: 'Runs' }).last().click();
      await shows(page, 'main', 'No run yet');
    }
  }));

test('a one-time link signs in once, and signing out ends it', () =>
  withPeople(async people => {
    const link = people.makeLink();
    const page = await open(link);
    await until('it leads to the runs', () => new URL(page.url()).pathname === '/');
    await shows(page, '.top', 'Deliveries');
    expect(page.complaints).toEqual([]);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await shows(page, '.top', 'reading only');
    const again = await open(link);
    await shows(again, '#message', 'This link has been used or has expired');
    expect(new URL(again.url()).hash).toBe('');
    const without = await open(`${people.url}/sign-in`);
    await shows(without, '#message', 'paddock open');
  }));
