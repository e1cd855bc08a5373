/** The page of a job around its log: what is waited for, steps, attempts, verbs, artifacts. */
import { expect, test } from 'vitest';
import { saveChange } from '#coordinator/store/changes.ts';
import { titleFrom } from '#shared/title.ts';
import { shows, useBrowser } from '#test/support/browser.ts';
import { lease } from '#test/support/people/lease.ts';
import { addForked, addJob, addRun } from '#test/support/people/rows.ts';
import { signedIn } from '#test/support/people/sign-in.ts';
import { withPeople } from '#test/support/people/with-people.ts';
import { until } from '#test/support/until.ts';

const open = useBrowser();

test('a queued job says why it waits, and becomes its log by itself', () =>
  withPeople(async people => {
    const job = await addJob(people, await addRun(people));
    const page = await open(`${people.url}/jobs/${job.id}`);
    await shows(page, '.waiting', 'Queued: no host for debian-12 is connected');
    await shows(page, '.waiting', 'The log begins here by itself');
    const leased = await lease(people, job);
    await leased.print('begun\n');
    await shows(page, '#log-lines', 'begun');
    await shows(page, '.head .badge', 'running');
    expect(page.complaints).toEqual([]);
  }));

test('a job that waits for approval says for whom', () =>
  withPeople(async people => {
    const facts = { kind: 'repeatable', lastAttempt: 0, retries: 0 } as const;
    const state = { status: 'blocked', on: 'approval', ...facts } as const;
    const job = await addJob(people, await addRun(people), { state, isTrusted: false });
    const page = await open(`${people.url}/jobs/${job.id}`);
    await shows(page, '.waiting', 'Waiting for a maintainer to approve');
    await shows(page, '.waiting', 'A maintainer has to approve this commit before it runs');
  }));

test('an administrator approves a commit from the page of its job, after what that means was said', () =>
  withPeople(async people => {
    const { job } = await addForked(people);
    const page = await open(`${people.url}/jobs/${job.id}`, await signedIn(people));
    await page.getByRole('button', { name: 'Approve 0000000' }).click();
    await shows(page, 'dialog', 'runs this commit’s code on machines of yours, without secrets');
    await page.locator('dialog').getByRole('button', { name: 'Let it wait' }).click();
    await shows(page, '.waiting', 'A maintainer has to approve');
    await page.getByRole('button', { name: 'Approve 0000000' }).click();
    await page.keyboard.press('Enter');
    await shows(page, '.waiting', 'Queued:');
    expect(await page.locator('.approve').count()).toBe(0);
    expect(page.complaints).toEqual([]);
  }));

test('the page of a run offers the approval too, and says why a commit is not approved any more', () =>
  withPeople(async people => {
    const { run, change } = await addForked(people);
    const url = `${people.url}/runs/${run.id}`;
    const stranger = await open(url);
    await shows(stranger, '.notice', 'A maintainer has to approve this commit');
    expect(await stranger.locator('.approve').count()).toBe(0);
    const page = await open(url, await signedIn(people));
    await page.locator('.notice').getByRole('button', { name: 'Approve 0000000' }).click();
    const headSha = 'def4567'.padEnd(40, '0') as typeof change.headSha;
    await people.store.write(tx => saveChange(tx, { ...change, headSha, updatedAt: 2 }));
    await page.keyboard.press('Enter');
    await shows(page, '.dialog-problem', 'pull request #7 is at def4567 now');
    await people.store.write(tx => saveChange(tx, { ...change, updatedAt: 3 }));
    await page.locator('dialog').getByRole('button', { name: 'Approve 0000000' }).click();
    await shows(page, '.head .badge', 'queued');
    expect(await page.locator('.approve').count()).toBe(0);
    await shows(page, '.trust', '0000000 was approved by an administrator in a browser');
    await shows(stranger, '.trust', 'approved, runs without secrets: it comes from a fork');
  }));

test('steps stand beside the log as they go, and lead to their place in it', () =>
  withPeople(async people => {
    const leased = await lease(people, await addJob(people, await addRun(people)));
    await leased.stepStarts(0);
    await leased.print('one\n'.repeat(300));
    const page = await open(`${people.url}/jobs/${leased.job}`);
    const step = (n: number) => page.locator('.step').nth(n).innerText();
    const stands = (n: number, standing: string) =>
      until(`step ${n} is ${standing}`, async () => (await step(n)).includes(standing));
    await stands(0, 'running');
    await stands(1, 'queued');
    await leased.stepEnds(0, 0);
    await leased.stepStarts(1);
    await stands(0, 'passed');
    await stands(1, 'running');
    await leased.print('two\n'.repeat(300));
    await leased.stepEnds(1, 2);
    await leased.exit(2, 'make check: exit 2');
    await stands(1, 'failed');
    await page.locator('.step').first().click();
    expect(new URL(page.url()).hash).toBe('#step-0');
    await shows(page, '#log-lines', 'one');
    expect(page.complaints).toEqual([]);
  }));

test('a lost attempt is told as the infrastructure’s, and the next one announces itself', () =>
  withPeople(async people => {
    const job = await addJob(people, await addRun(people));
    const first = await lease(people, job);
    await first.print('of the first\n');
    const page = await open(`${people.url}/jobs/${job.id}`);
    await shows(page, '#log-lines', 'of the first');
    await first.end({ reason: 'lost', message: 'its host stopped answering' }, 'the machine was lost');
    await shows(page, '.job-top', 'An earlier attempt was lost to the infrastructure');
    const second = await lease(people, job);
    await second.print('of the second\n');
    await shows(page, '.job-top', 'Attempt 2 has begun');
    await shows(page, '#log-lines', 'of the first');
    await page.getByRole('link', { name: 'Attempt 2 has begun' }).click();
    await shows(page, '#log-lines', 'of the second');
    await page.getByRole('link', { name: 'attempt 1' }).click();
    await shows(page, '#log-lines', 'of the first');
    expect(page.complaints).toEqual([]);
  }));

test('a job that nothing could save says that three times was enough, and nothing against the commit', () =>
  withPeople(async people => {
    const job = await addJob(people, await addRun(people));
    for (const host of ['host-a', 'host-b', 'host-c'])
      await (await lease(people, job)).end({ reason: 'lost', message: `${host} stopped answering` }, 'lost');
    const page = await open(`${people.url}/jobs/${job.id}`);
    await shows(page, '.notice', 'This is not the fault of the commit.');
    await shows(page, '.notice', 'It was tried 3 times:');
    for (const host of ['host-a', 'host-b', 'host-c'])
      await shows(page, '.notice', `${host} stopped answering`);
    expect(await page.locator('.tone-failed, .tone-refused').count()).toBe(0);
  }));

test('a log that is not whole says so before it is read', () =>
  withPeople(async people => {
    const leased = await lease(people, await addJob(people, await addRun(people)));
    await leased.print('begun\n');
    await leased.end(
      { reason: 'timed-out', limit: 'total', step: 1, message: 'make check: longer than 60 min' },
      'the machine did not hand over the rest',
    );
    const page = await open(`${people.url}/jobs/${leased.job}`);
    await shows(
      page,
      '.notice',
      'The log of this attempt is not complete: the machine did not hand over the rest.',
    );
  }));

test('what others wrote in titles, names and messages stays text', () =>
  withPeople(async people => {
    const img = '<img src=x onerror="globalThis.isTaken = true">';
    const run = await addRun(people, { title: `${img} title`, author: img, ref: `${img}"'` });
    const leased = await lease(people, await addJob(people, run, { suite: 'unit' }));
    await leased.keepArtifact(`dist/${img}.html`, Buffer.from('x'));
    await leased.exit(1, `${img}: failed`);
    for (const path of ['/', `/runs/${run.id}`, `/runs/${run.id}/artifacts`, `/jobs/${leased.job}`]) {
      const page = await open(people.url + path);
      await shows(page, 'main', 'onerror=');
      expect(await page.locator('main img[src="x"]').count()).toBe(0);
      expect(await page.evaluate(() => 'isTaken' in globalThis)).toBe(false);
      expect(page.complaints).toEqual([]);
    }
  }));

test('a title or a branch that turns the direction of text leaves its neighbours alone', () =>
  withPeople(async people => {
    const title = titleFrom('Fix\u202e it\u2069');
    const run = await addRun(people, { title, ref: 'fix\u2069\u202e-it', author: 'kim' });
    const page = await open(people.url);
    await shows(page, '.run-title', 'Fix it');
    await shows(page, '.run-change', 'fix-it');
    await page.goto(`${people.url}/runs/${run.id}`);
    await shows(page, '.head-facts', 'fix-it');
    expect(await page.locator('.head').innerText()).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
    await page.getByRole('link', { name: 'fix-it' }).click();
    await shows(page, '.run-title', 'Fix it');
  }));

test('artifacts are downloads, and never pages', () =>
  withPeople(async people => {
    const leased = await lease(people, await addJob(people, await addRun(people)));
    await leased.keepArtifact('report/index.html', Buffer.from('<script>globalThis.isTaken = true</script>'));
    await leased.exit(0);
    const page = await open(`${people.url}/jobs/${leased.job}`);
    const download = page.waitForEvent('download');
    await page.getByRole('link', { name: 'report/index.html' }).click();
    expect((await download).suggestedFilename()).toBe('index.html');
    expect(page.url()).toContain('/jobs/');
  }));

test('an administrator cancels a job and runs it again from its page', () =>
  withPeople(async people => {
    const job = await addJob(people, await addRun(people));
    const page = await open(`${people.url}/jobs/${job.id}`, await signedIn(people));
    await page.getByRole('button', { name: 'Cancel' }).click();
    await shows(page, 'dialog', 'Cancel this job?');
    await page.keyboard.press('Enter');
    await shows(page, '.head .badge', 'cancelled');
    await shows(page, '.waiting', 'It never ran, so there is no log.');
    await page.getByRole('button', { name: 'Run again' }).click();
    await page.keyboard.press('Enter');
    await shows(page, '.waiting', 'Queued:');
    await shows(page, '.verbs', 'It runs again.');
    expect(page.complaints).toEqual([]);
  }));

test('who only reads is offered nothing to press', () =>
  withPeople(async people => {
    const job = await addJob(people, await addRun(people));
    const page = await open(`${people.url}/jobs/${job.id}`);
    await shows(page, '.top', 'Sign in');
    expect(await page.locator('.verbs').count()).toBe(0);
  }));

test('the command that does the same at home is copied with one press', () =>
  withPeople(async people => {
    const job = await addJob(people, await addRun(people));
    const page = await open(`${people.url}/jobs/${job.id}`, {
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    await page.locator('.rail .command .copy').click();
    await shows(page, '.rail .command .copy', 'copied');
    const copied = await page.evaluate<string>('navigator.clipboard.readText()');
    expect(copied).toMatch(/^paddock run \. --commit [0-9a-f]{12} --command '\.\/configure && make check'$/);
  }));

test('the Tab key reaches the content, the steps and the log, each with a visible focus', () =>
  withPeople(async people => {
    const leased = await lease(people, await addJob(people, await addRun(people)));
    await leased.stepStarts(0);
    await leased.print('one\n');
    const page = await open(`${people.url}/jobs/${leased.job}`);
    await shows(page, '#log-lines', 'one');
    await until('its step leads to it', async () => (await page.locator('a.step-line').count()) > 0);
    const reached: string[] = [];
    for (let n = 0; n < 40; n++) {
      await page.keyboard.press('Tab');
      const focused = page.locator(':focus');
      if ((await focused.count()) === 0) break;
      reached.push(await focused.evaluate(element => element.id || element.className || element.textContent));
      const outline = await focused.evaluate(
        element => element.ownerDocument.defaultView.getComputedStyle(element).outlineStyle,
      );
      expect([reached.at(-1), outline]).not.toEqual([reached.at(-1), 'none']);
    }
    expect(reached[0]).toBe('skip');
    expect(reached).toEqual(expect.arrayContaining(['step-line', 'log-lines', 'copy']));
  }));
