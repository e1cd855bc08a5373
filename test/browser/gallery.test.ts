/**
 * Every page in every state, as it is drawn: in both themes, on a desk and on a phone. `PADDOCK_SCREENSHOTS` names a folder
 * that gets a picture of each.
 */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { violationsOf } from '#test/support/axe.ts';
import { shows, useBrowser, type WatchedPage } from '#test/support/browser.ts';
import { fillGallery, paths } from '#test/support/people/gallery.ts';
import { signedIn } from '#test/support/people/sign-in.ts';
import { fillPeople, fillSecrets } from '#test/support/people/trusted.ts';
import { withPeople } from '#test/support/people/with-people.ts';
import { until } from '#test/support/until.ts';

const open = useBrowser();
const folder = process.env.PADDOCK_SCREENSHOTS;

/** Drawn, with its letters and its log, and nothing on its way. */
async function visit(page: WatchedPage, address: string): Promise<void> {
  await page.goto(address, { waitUntil: 'networkidle' });
  await until('the page is there', async () => (await page.locator('h1').count()) > 0);
  await page.evaluate('document.fonts.ready.then(() => {})');
}

/** How much wider than the window a page is. */
const beyondTheEdge =
  'Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth)';

const sizes = { desk: { width: 1280, height: 800 }, phone: { width: 375, height: 740 } };

const themes = ['light', 'dark'] as const;
type Size = keyof typeof sizes;
const everyLook = themes.flatMap(theme => (['desk', 'phone'] as Size[]).map(size => [theme, size] as const));

const lookOf = (colorScheme: (typeof themes)[number], size: Size) =>
  ({ colorScheme, viewport: sizes[size], reducedMotion: 'reduce' }) as const;

/** Whether what is on the page now can be read by everybody and fits; its picture. */
async function look(page: WatchedPage, name: string, suffix: string): Promise<void> {
  if (folder) {
    await mkdir(folder, { recursive: true });
    // A log has its own window: a picture of more than the screen would be taken of no screen that anybody has.
    const fullPage = !name.startsWith('job');
    await page.screenshot({ path: path.join(folder, `${name}-${suffix}.png`), fullPage });
  }
  expect.soft([name, await violationsOf(page)]).toEqual([name, []]);
  expect.soft([name, await page.evaluate(beyondTheEdge)]).toEqual([name, 0]);
}

/**
 * A page that is not there is a 404, which the browser notes. It also notes what a page has not used within some seconds of
 * its load, which on a busy computer says nothing of the page; that what is asked for ahead is used, `first-view` tests.
 */
const isExpected = (complaint: string): boolean =>
  ['404', '400', 'preloaded using link preload but not used'].some(each => complaint.includes(each));

test.each(everyLook)(
  'in the %s on a %s every page can be read by everybody, fits, and complains of nothing',
  (theme, size) =>
    withPeople(async people => {
      const gallery = await fillGallery(people);
      await fillPeople(people);
      await fillSecrets(people);
      const page = await open(people.url, { ...(await signedIn(people)), ...lookOf(theme, size) });
      for (const [name, address] of Object.entries(paths(gallery))) {
        await visit(page, people.url + address);
        await look(page, name, `${theme}-${size}`);
        expect.soft([name, await page.locator('h1').count()]).toEqual([name, 1]);
        expect.soft([name, await page.title()]).toEqual([name, expect.stringMatching(/.+ · Paddock$/)]);
      }
      const complaints = page.complaints.filter(each => !isExpected(each));
      expect(complaints).toEqual([]);
    }),
  180_000,
);

test.each(everyLook)(
  'in the %s on a %s so can what opens over a page, and the page of a beginner',
  (theme, size) =>
    withPeople(async people => {
      const suffix = `${theme}-${size}`;
      const first = await open(people.url, lookOf(theme, size));
      await shows(first, 'main', 'No run yet');
      await look(first, 'runs-first', suffix);
      const gallery = await fillGallery(people);
      const page = await open(people.url, { ...(await signedIn(people)), ...lookOf(theme, size) });
      await shows(page, '.run-list', 'Round the corner');
      await page.keyboard.press('?');
      await shows(page, 'dialog', 'these keys');
      await look(page, 'keys', suffix);
      await page.keyboard.press('Escape');
      if (size === 'phone') {
        await page.getByRole('button', { name: 'Filters' }).click();
        await look(page, 'runs-filters', suffix);
      }
      await page.keyboard.press('Control+k');
      await page.getByRole('dialog').locator('input:focus').waitFor();
      await page.keyboard.type('parser');
      await shows(page, '.palette-title', 'Parser: read');
      await look(page, 'palette', suffix);
      await visit(page, `${people.url}/runs/${gallery.runningRun}`);
      await page.getByRole('button', { name: 'Cancel' }).click();
      await look(page, 'cancel', suffix);
      await visit(page, `${people.url}/jobs/${gallery.failedJob}`);
      if (size === 'phone')
        for (const sheet of ['Steps', 'Details']) await page.getByText(sheet).first().click();
      await look(page, 'job-sheets', suffix);
      expect(page.complaints).toEqual([]);
    }),
  120_000,
);
