/** What is around every page: signing in and out, the palette, themes, banners, and what is not there. */
import { appendFile, cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { bundleWeb } from '#coordinator/build/bundle-web.ts';
import { loadWebApp, type WebApp } from '#coordinator/http/web-app.ts';
import { shows, useBrowser } from '#test/support/browser.ts';
import { ask, webhook } from '#test/support/people/ask.ts';
import { handleWhatCame, pushTo } from '#test/support/people/intake.ts';
import { lease } from '#test/support/people/lease.ts';
import { addJob, addRepository, addRun } from '#test/support/people/rows.ts';
import { signedIn } from '#test/support/people/sign-in.ts';
import { withPeople } from '#test/support/people/with-people.ts';
import { until } from '#test/support/until.ts';

const open = useBrowser();
const minute = 60_000;

test('a one-time link signs in once, and signing out ends it', () =>
  withPeople(async people => {
    const link = people.makeLink();
    const page = await open(link);
    await until('it leads to the runs', () => new URL(page.url()).pathname === '/');
    await shows(page, '.top', 'Deliveries');
    const secret = await addRepository(people, { fullName: 'acme/secret', isPrivate: true });
    await addRun(people, { title: 'Not for strangers' }, secret);
    await shows(page, 'main', 'Not for strangers');
    expect(page.complaints).toEqual([]);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await shows(page, '.top', 'Sign in');
    await shows(page, 'main', 'No run yet');
    const again = await open(link);
    await shows(again, 'main', 'This link has been used or has expired');
    expect(new URL(again.url()).hash).toBe('');
    const without = await open(`${people.url}/sign-in`);
    await shows(without, 'main', 'paddock open');
  }));

test('on a phone every page of the header is on the screen, for whoever sees how many', () =>
  withPeople(async people => {
    for (const cookie of [await signedIn(people), undefined]) {
      const page = await open(people.url, cookie);
      await page.setViewportSize({ width: 375, height: 667 });
      await shows(page, '.top', cookie ? 'Secrets' : 'Sign in');
      // Both ends of each, as a finger finds them.
      const beyond = await page.locator('.top a, .top button').evaluateAll(all =>
        all
          .filter(each => {
            const { left, right, top, bottom } = each.getBoundingClientRect();
            const isThere = (x: number) =>
              each.contains(each.ownerDocument.elementFromPoint(x, (top + bottom) / 2));
            return !isThere(left + 2) || !isThere(right - 2);
          })
          .map(each => each.textContent),
      );
      expect(beyond).toEqual([]);
    }
  }));

test('what came from GitHub is listed with what was done about it', () =>
  withPeople(async people => {
    await ask(people, '/hooks/github', webhook(pushTo('other/thing')));
    await handleWhatCame(people);
    const page = await open(`${people.url}/deliveries`, await signedIn(people));
    await shows(page, '.deliveries', 'unknown repository');
    await shows(page, '.deliveries', 'other/thing is not configured here');
    expect(page.complaints).toEqual([]);
  }));

test('an administrator sees how the system stands; a stranger is told how to become one', () =>
  withPeople(async people => {
    const page = await open(`${people.url}/settings`, await signedIn(people));
    await shows(page, 'main', 'debian-12');
    await shows(page, 'main', 'connected');
    for (const path of ['/settings', '/deliveries']) {
      const stranger = await open(people.url + path);
      await shows(stranger, 'main', 'This page is for administrators.');
      await shows(stranger, 'main', 'paddock open');
    }
  }));

test('the palette is reached from everywhere, finds runs, and does things, without a mouse', () =>
  withPeople(async people => {
    await addRun(people, { title: 'Drop the shim' });
    await addRun(people, { title: 'Round the corner' });
    const page = await open(`${people.url}/sign-in`);
    await shows(page, 'h1', 'Sign in');
    const search = page.getByRole('dialog').locator('input:focus');
    const isOpen = (open: boolean) =>
      until(
        `the palette is ${open ? 'open' : 'closed'}`,
        async () => (await search.count()) === (open ? 1 : 0),
      );
    await page.keyboard.press('Control+k');
    await isOpen(true);
    await page.keyboard.type('shim');
    const found = page.locator('.palette-title');
    await until('it is found', async () => (await found.allInnerTexts()).join() === 'Drop the shim');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await shows(page, 'h1', 'Drop the shim');
    await isOpen(false);
    await page.keyboard.press('Control+k');
    await isOpen(true);
    await page.keyboard.type('dark');
    await page.getByRole('dialog').getByRole('button', { name: 'Dark theme' }).click();
    await until('it is dark', () =>
      page.evaluate('document.documentElement.dataset.mantineColorScheme === "dark"'),
    );
    expect(page.complaints).toEqual([]);
  }));

test('what is typed while the palette is on its way is not lost, and is no command to the page', () =>
  withPeople(async people => {
    const leased = await lease(people, await addJob(people, await addRun(people, { title: 'Warp, again' })));
    await leased.exit(0);
    const page = await open(`${people.url}/jobs/${leased.job}`);
    await page.locator('.log-empty').waitFor();
    const wrap = page.getByRole('button', { name: 'wrap', exact: true });
    const wraps = await wrap.getAttribute('aria-pressed');
    const way = Promise.withResolvers<void>();
    await page.route('**/assets/palette.*.js', async route => {
      await way.promise;
      await route.continue();
    });
    await page.keyboard.press('Control+k');
    await page.keyboard.type('wasp');
    await page.keyboard.press('Backspace');
    await page.keyboard.press('Backspace');
    await page.keyboard.type('rp');
    expect(await wrap.getAttribute('aria-pressed')).toBe(wraps);
    way.resolve();
    const search = page.getByRole('dialog').locator('input:focus');
    await until('it is there', async () => (await search.inputValue()) === 'warp');
    await page.keyboard.type(' again');
    await shows(page, '.palette-title', 'Warp, again');
    expect(await search.inputValue()).toBe('warp again');
    expect(page.complaints).toEqual([]);
  }));

test('whoever signs out in one tab has signed out in the others', () =>
  withPeople(async people => {
    const secret = await addRepository(people, { fullName: 'acme/secret', isPrivate: true });
    await addRun(people, { title: 'Not for strangers' }, secret);
    const page = await open(people.url, await signedIn(people));
    const other = await page.context().newPage();
    await other.goto(people.url);
    for (const tab of [page, other]) await shows(tab, 'main', 'Not for strangers');
    await page.getByRole('button', { name: 'Sign out' }).click();
    for (const tab of [page, other]) {
      await shows(tab, '.top', 'Sign in');
      await shows(tab, 'main', 'No run yet');
    }
  }));

test('the theme is the system’s until one is chosen; that one stays, from the first paint on', () =>
  withPeople(async people => {
    const page = await open(people.url, { colorScheme: 'dark' });
    const ground = () => page.evaluate('getComputedStyle(document.body).backgroundColor');
    await shows(page, 'main', 'No run yet');
    expect(await ground()).toBe('rgb(18, 20, 17)');
    await page.getByRole('button', { name: 'Light theme' }).click();
    expect(await ground()).toBe('rgb(251, 251, 250)');
    await page.reload({ waitUntil: 'commit' });
    await until('the first style is there', () => page.evaluate('document.styleSheets.length > 0'));
    expect(await ground()).toBe('rgb(251, 251, 250)');
  }));

test('a page from before an update says so, and is loaded again with one press', async () => {
  const { folder } = await bundleWeb();
  const builds = await Promise.all(['', '<!-- the next build -->'].map(mark => buildOf(folder, mark)));
  let served = 0;
  await withPeople(
    async people => {
      const page = await open(people.url);
      const digest = () => page.locator('meta[name=paddock-web]').getAttribute('content');
      await shows(page, 'main', 'No run yet');
      expect(await digest()).toBe(builds[0]?.digest);
      served = 1;
      // What a coordinator that is started again does to every page.
      await page.evaluate(`dispatchEvent(new Event('online'))`);
      await shows(page, '.banner', 'Paddock was updated while this page was open.');
      await page.getByRole('button', { name: 'Load it again' }).click();
      await until('it is the next build', async () => (await digest()) === builds[1]?.digest);
      await shows(page, 'main', 'No run yet');
      expect(await page.locator('.banner').count()).toBe(0);
    },
    real => ({ ...real, web: async () => builds[served] ?? real.web() }),
  );
});

/** The built app, with a mark in its page. */
async function buildOf(folder: string, mark: string): Promise<WebApp> {
  const copy = await mkdtemp(path.join(tmpdir(), 'paddock-web-'));
  try {
    await cp(folder, copy, { recursive: true });
    await appendFile(path.join(copy, 'index.html'), mark);
    return await loadWebApp(copy);
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

test('an answer that a page does not understand is said to be newer than it', () =>
  withPeople(async people => {
    const run = await addRun(people);
    const page = await open('about:blank');
    await page.route('**/api/v1/runs/*', route => route.fulfill({ json: { of: 'another time' } }));
    await page.goto(`${people.url}/runs/${run.id}`);
    await shows(page, 'main', 'This page is older than the coordinator that it talks to.');
  }));

test('a part that is gone since an update leads to a new page, not to a broken one', () =>
  withPeople(async people => {
    await addRun(people, { title: 'Mine' });
    const page = await open(people.url);
    await shows(page, 'main', 'Mine');
    await page.route('**/assets/run.*.js', route => route.fulfill({ status: 404 }));
    await page.getByRole('link', { name: 'Mine' }).click();
    await shows(page, 'main', 'This page is older than the coordinator that it talks to.');
  }));

test.each([
  ['ahead', 60 * minute],
  ['behind', -60 * minute],
])('on a computer whose clock is an hour %s the times are those of the coordinator', (word, skewMs) =>
  withPeople(async people => {
    const leased = await lease(people, await addJob(people, await addRun(people)));
    await leased.stepStarts(0);
    await leased.print('begun\n');
    people.clock.now += 4.5 * minute;
    const page = await open('about:blank');
    await page.clock.install({ time: people.clock.now + skewMs });
    await page.goto(people.url);
    await shows(page, '.banner', `The clock of this computer is 60 minutes ${word}.`);
    await shows(page, '.run-row .age', '4 min');
    await shows(page, '.run-row .took', '4:3');
    await page.goto(`${people.url}/jobs/${leased.job}`);
    await shows(page, '.head .took', '4:3');
    await shows(page, '.log-rows .log-step-state', 'running for 4:3');
    expect(page.complaints).toEqual([]);
  }),
);

test('what is nowhere says so and leads back', () =>
  withPeople(async people => {
    const page = await open(people.url);
    for (const [path, said] of [
      ['/nowhere', 'There is nothing here.'],
      ['/logs/attempt_x.txt', 'There is no such log, or you may not see it.'],
    ] as const) {
      await page.goto(people.url + path);
      await shows(page, 'main', said);
      await page.getByRole('link', { name: 'Runs' }).last().click();
      await shows(page, 'main', 'No run yet');
    }
  }));

test('without scripts a page says what it knows, and where the log is', () =>
  withPeople(async people => {
    const leased = await lease(people, await addJob(people, await addRun(people)));
    await leased.exit(2, 'make check: exit 2');
    const page = await open(`${people.url}/jobs/${leased.job}`, { javaScriptEnabled: false });
    await shows(page, 'body', 'failed after');
    await page.getByRole('link', { name: 'The log of attempt 1 as text' }).click();
    expect(page.url()).toContain(`/logs/${leased.attempt}.txt`);
  }));

test('nothing moves for who wants it still', () =>
  withPeople(async people => {
    await lease(people, await addJob(people, await addRun(people)));
    for (const [reducedMotion, isMoving] of [
      ['no-preference', true],
      ['reduce', false],
    ] as const) {
      const page = await open(people.url, { reducedMotion });
      await shows(page, '.run-row .shape', 'running');
      const running = 'document.getAnimations().some(({ playState }) => playState === "running")';
      expect([reducedMotion, await page.evaluate(running)]).toEqual([reducedMotion, isMoving]);
    }
  }));

test('a script or style that came in by any way would not take effect', () =>
  withPeople(async people => {
    const page = await open(people.url);
    await shows(page, 'main', 'No run yet');
    await page.evaluate(`document.body.insertAdjacentHTML('beforeend', '<img src=x onerror="globalThis.isTaken = true"><style>main { display: none }</style>');
      document.body.append(Object.assign(document.createElement('script'), { textContent: 'globalThis.isTaken = true' }))`);
    await until(
      'the policy has complained of each',
      () => page.complaints.filter(each => each.includes('Content Security Policy')).length >= 3,
    );
    expect(await page.evaluate('"isTaken" in globalThis')).toBe(false);
    expect(await page.locator('main').isVisible()).toBe(true);
  }));
