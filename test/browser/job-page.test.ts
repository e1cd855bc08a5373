/** The page of a job around its log: what is waited for, attempts, verbs, keys. */
import { expect, test } from 'vitest';
import { useBrowser, type WatchedPage } from '#test/support/browser.ts';
import { lease } from '#test/support/people/lease.ts';
import { addJob, addRun } from '#test/support/people/rows.ts';
import { signedIn } from '#test/support/people/sign-in.ts';
import { withPeople } from '#test/support/people/with-people.ts';
import { until } from '#test/support/until.ts';

const open = useBrowser();

const shows = (page: WatchedPage, selector: string, text: string) =>
  until(`${selector} shows "${text}"`, async () =>
    (await page.locator(selector).first().innerText()).includes(text),
  );

test('a queued job says why it waits, and becomes its log by itself', () =>
  withPeople(async people => {
    const job = await addJob(people, await addRun(people));
    const page = await open(`${people.url}/jobs/${job.id}`);
    await shows(page, '.waits', 'Queued: no host for debian-12 is connected');
    await shows(page, '.waits', 'The log begins here by itself');
    const leased = await lease(people, job);
    await leased.print('begun\n');
    await shows(page, '#lines', 'begun');
    await shows(page, '.head', 'running');
    expect(page.complaints).toEqual([]);
  }));

test('a job that waits for approval says for whom', () =>
  withPeople(async people => {
    const state = {
      status: 'blocked',
      on: 'approval',
      kind: 'repeatable',
      lastAttempt: 0,
      retries: 0,
    } as const;
    const job = await addJob(people, await addRun(people), { state, isTrusted: false });
    const page = await open(`${people.url}/jobs/${job.id}`);
    await shows(page, '.head', 'A maintainer has to approve this commit before it runs');
    await shows(page, '.waits', 'Waiting for a maintainer to approve');
  }));

test('a lost attempt is told as the infrastructure’s, and the next one announces itself', () =>
  withPeople(async people => {
    const job = await addJob(people, await addRun(people));
    const first = await lease(people, job);
    await first.print('of the first\n');
    const page = await open(`${people.url}/jobs/${job.id}`);
    await shows(page, '#lines', 'of the first');
    await first.end({ reason: 'lost', message: 'its host stopped answering' }, 'the machine was lost');
    await shows(page, '.head', 'An earlier attempt was lost to the infrastructure');
    const second = await lease(people, job);
    await second.print('of the second\n');
    await shows(page, '.news', 'another attempt has begun');
    await shows(page, '#lines', 'of the first');
    await page.locator('.news').click();
    await shows(page, '#lines', 'of the second');
    await page.getByRole('link', { name: 'attempt 1' }).click();
    await shows(page, '#lines', 'of the first');
    expect(page.complaints).toEqual([]);
  }));

test('a job that nothing could save says that three times was enough, and nothing against the commit', () =>
  withPeople(async people => {
    const job = await addJob(people, await addRun(people));
    for (const host of ['host-a', 'host-b', 'host-c'])
      await (await lease(people, job)).end({ reason: 'lost', message: `${host} stopped answering` }, 'lost');
    const page = await open(`${people.url}/jobs/${job.id}`);
    await shows(page, '.head', 'This is not the fault of the commit.');
    await shows(page, '.head', 'It was tried 3 times:');
    for (const host of ['host-a', 'host-b', 'host-c'])
      await shows(page, '.head', `${host} stopped answering`);
    expect(await page.locator('.failed, .refused').count()).toBe(0);
  }));

test('what others wrote in titles, names and messages stays text', () =>
  withPeople(async people => {
    const img = '<img src=x onerror="globalThis.isTaken = true">';
    const run = await addRun(people, { title: `${img} title`, author: img, ref: `${img}"'` });
    const job = await addJob(people, run, { suite: 'unit' });
    const leased = await lease(people, job);
    await leased.keepArtifact(`dist/${img}.html`, Buffer.from('x'));
    await leased.exit(1, `${img}: failed`);
    for (const path of ['/', `/runs/${run.id}`, `/jobs/${job.id}`]) {
      const page = await open(people.url + path);
      await shows(page, 'main', 'onerror=');
      expect(await page.locator('main img').count()).toBe(0);
      expect(await page.evaluate(() => 'isTaken' in globalThis)).toBe(false);
      expect(page.complaints).toEqual([]);
    }
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
    await shows(page, '.head', 'cancelled');
    await page.getByRole('button', { name: 'Run again' }).focus();
    await page.keyboard.press('Enter');
    await shows(page, '.waits', 'Queued:');
    await shows(page, '#said', 'runs again');
    expect(await page.getByRole('button', { name: 'Cancel' }).count()).toBe(1);
    expect(page.complaints).toEqual([]);
  }));

test('who only reads is offered nothing to press', () =>
  withPeople(async people => {
    const job = await addJob(people, await addRun(people));
    const page = await open(`${people.url}/jobs/${job.id}`);
    expect(await page.locator('[data-post], [data-sign-out]').count()).toBe(0);
  }));

test('everything works from the keyboard', () =>
  withPeople(async people => {
    const leased = await lease(people, await addJob(people, await addRun(people)));
    await leased.stepStarts(0);
    await leased.print('one\n'.repeat(300));
    await leased.stepEnds(0, 0);
    await leased.stepStarts(1);
    await leased.print('two\n'.repeat(300));
    const page = await open(`${people.url}/jobs/${leased.job}`);
    await until('the log is there', async () => (await page.locator('.line').count()) === 600);
    const follow = page.locator('#follow');
    const top = () => page.locator('#lines').evaluate(lines => lines.scrollTop);
    expect(await follow.isChecked()).toBe(true);
    await until('the end is in view', async () => (await top()) > 10_000);
    await page.keyboard.press('g');
    await until('the beginning is in view', async () => (await top()) === 0);
    expect(await follow.isChecked()).toBe(false);
    await page.keyboard.press(']');
    await until('the second step is at the top', async () => (await top()) > 5_000);
    await page.keyboard.press('[');
    await until('the first one is', async () => (await top()) < 100);
    await page.keyboard.press('G');
    await until('the end is in view again', async () => (await top()) > 10_000);
    await page.keyboard.press('w');
    expect(await page.locator('#wrap').isChecked()).toBe(false);
    await page.keyboard.press('?');
    expect(await page.getByRole('dialog').isVisible()).toBe(true);
    await page.keyboard.press('Escape');
    expect(await page.getByRole('dialog').isVisible()).toBe(false);
    expect(page.complaints).toEqual([]);
  }));

test('the Tab key reaches the content, the steps and the log, each with a visible focus', () =>
  withPeople(async people => {
    const leased = await lease(people, await addJob(people, await addRun(people)));
    await leased.print('one\n');
    const page = await open(`${people.url}/jobs/${leased.job}`);
    const reached: string[] = [];
    for (let n = 0; n < 30; n++) {
      await page.keyboard.press('Tab');
      const focused = page.locator(':focus');
      if ((await focused.count()) === 0) break;
      reached.push(await focused.evaluate(element => element.id || element.className || element.textContent));
      const outline = await focused.evaluate(
        element => element.ownerDocument.defaultView.getComputedStyle(element).outlineStyle,
      );
      expect([reached.at(-1), outline]).not.toEqual([reached.at(-1), 'none']);
    }
    expect(reached).toEqual(
      expect.arrayContaining(['skip', 'mark', 'follow', 'wrap', 'keys', 'lines', 'copy']),
    );
    expect(reached.indexOf('skip')).toBe(0);
  }));

test('a click in the gutter makes a link to that line, and the link leads there', () =>
  withPeople(async people => {
    const leased = await lease(people, await addJob(people, await addRun(people)));
    await leased.print(Array.from({ length: 900 }, (_, n) => `line ${n + 1}\n`).join(''));
    await leased.exit(0);
    const page = await open(`${people.url}/jobs/${leased.job}`);
    await until('the log is there', async () => (await page.locator('.line').count()) === 900);
    await page
      .locator('.line')
      .nth(6)
      .click({ position: { x: 20, y: 8 } });
    expect(new URL(page.url()).hash).toBe('#L7');
    await page.goto(`${people.url}/jobs/${leased.job}#L777`);
    await page.reload();
    await shows(page, '.line.at', 'line 777');
    await page
      .locator('.line')
      .nth(3)
      .click({ position: { x: 200, y: 8 } });
    expect(new URL(page.url()).hash).toBe('#L777');
  }));

test('without scripts the page can be read, and says where the log is', () =>
  withPeople(async people => {
    const leased = await lease(people, await addJob(people, await addRun(people)));
    await leased.stepStarts(0);
    await leased.stepEnds(0, 0);
    await leased.exit(2, 'make check: exit 2', 0);
    const page = await open(`${people.url}/jobs/${leased.job}`, { javaScriptEnabled: false });
    await shows(page, '.head', 'failed after');
    await shows(page, '.steps', './configure');
    await shows(page, '.log', 'Without a script the log is read as text');
  }));
