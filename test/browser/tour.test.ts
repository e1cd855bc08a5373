/**
 * A visitor of the demonstration: from the pull request to the line that failed, and through every step of the guide.
 * `PADDOCK_SCREENSHOTS` names a folder that gets a picture of each state.
 */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { violationsOf } from '#test/support/axe.ts';
import { shows, useBrowser, type WatchedPage } from '#test/support/browser.ts';
import { until } from '#test/support/until.ts';
import { withTour } from '#test/support/with-tour.ts';

const open = useBrowser();
const folder = process.env.PADDOCK_SCREENSHOTS;

const step = (page: WatchedPage, number: number) => page.locator('.step').nth(number - 1);
const isDone = (page: WatchedPage, number: number) =>
  until(`step ${number} is done`, async () => (await step(page, number).innerText()).includes(': done'));
const button = (page: WatchedPage, name: string) => page.getByRole('button', { name });
const newest = '.commit:first-child';

test(
  'a visitor goes from the pull request to the failing line, mends it, watches, merges, and copies the command',
  () =>
    withTour(async ({ pages, sees }) => {
      const page = await open(pages.url, { permissions: ['clipboard-read', 'clipboard-write'] });
      await shows(page, '#happened', 'its formula forgets to round');
      const job = page.context().waitForEvent('page');
      await page.getByRole('link', { name: 'Details of unit' }).click();
      await (await job).locator('#log-lines').getByText('expected 5 hours, got 4').first().waitFor();
      await isDone(page, 1);

      await button(page, 'Push the fix').click();
      await shows(page, newest, 'Round half an hour up again');
      await isDone(page, 2);
      await shows(page, '#happened', 'all 2 passed');

      await button(page, 'long, colourful log').click();
      await shows(page, newest, 'paddock/');
      const flight = page.context().waitForEvent('page');
      await page.getByRole('link', { name: 'Details of flight' }).click();
      await (await flight).locator('#log-lines').getByText('T-09').first().waitFor();
      await isDone(page, 3);
      // What cannot be done now says why, to whoever tries.
      await button(page, 'Merge').click({ force: true });
      await shows(page, '#problem', 'Not now: waits for');

      await button(page, 'breaks a test').click();
      await shows(page, newest, 'Drop the rounding');
      await button(page, 'Push the fix').click();
      await sees('it may be merged', ({ acts }) =>
        acts.some(({ id, obstacle }) => id === 'merge' && !obstacle),
      );
      await button(page, 'Merge').click();
      await shows(page, '.badge', 'merged');
      await isDone(page, 4);
      await shows(page, newest, 'dist');

      await step(page, 5).getByRole('button').click();
      await isDone(page, 5);
      expect(await page.evaluate('navigator.clipboard.readText()')).toBe(
        "npx paddock run ../rocket --command 'make check'",
      );
      await button(page, 'Open another').click();
      await page.waitForURL('**/pull/2');
      await shows(page, 'h1', '#2');
      await shows(page, newest, 'unit');
      expect(page.complaints).toEqual([]);
    }),
  120_000,
);

test(
  'the whole page works from the keyboard, and keeps the place of whoever presses',
  () =>
    withTour(async ({ pages }) => {
      const page = await open(pages.url);
      await shows(page, newest, 'Details');
      const focused = page.locator(':focus');
      const reached: string[] = [];
      for (let n = 0; n < 12; n++) {
        await page.keyboard.press('Tab');
        reached.push((await focused.innerText()).trim());
        const outline = await focused.evaluate(
          element => element.ownerDocument.defaultView.getComputedStyle(element).outlineStyle,
        );
        expect([reached.at(-1), outline]).not.toEqual([reached.at(-1), 'none']);
        if (reached.at(-1) === 'Push the fix') break;
      }
      expect(reached).toEqual(expect.arrayContaining(['To the pull request', 'copy', 'Push the fix']));
      await page.keyboard.press('Enter');
      await shows(page, newest, 'Round half an hour up again');
      expect(await focused.innerText()).toContain('Push the fix');
      expect(await focused.getAttribute('aria-disabled')).toBe('true');
    }),
  120_000,
);

test(
  'what others wrote in a commit message stays text',
  () =>
    withTour(async ({ pages, stage, tour }) => {
      const message = '<img src=x onerror="globalThis.isTaken = true">';
      stage.github.push({
        repository: 'acme/rocket',
        branch: 'shift',
        commits: [{ sha: 'a'.repeat(40), message }],
      });
      tour.mark('read');
      const page = await open(pages.url);
      await shows(page, newest, message);
      await shows(page, '#happened', 'no status yet');
      expect(await page.locator('main img').count()).toBe(0);
      expect(await page.evaluate(() => 'isTaken' in globalThis)).toBe(false);
      expect(page.complaints).toEqual([]);
    }),
  120_000,
);

test(
  'when the demonstration ends, its page says so',
  () =>
    withTour(async ({ pages }) => {
      const page = await open(pages.url);
      await shows(page, newest, 'Details');
      expect(await page.locator('#ended').isVisible()).toBe(false);
      await pages.close();
      await page.locator('#ended').waitFor();
      await shows(page, '#ended', 'npm run demo');
    }),
  120_000,
);

const looks = (['light', 'dark'] as const).flatMap(theme => [
  [theme, 'desk', { width: 1280, height: 800 }] as const,
  [theme, 'phone', { width: 375, height: 740 }] as const,
]);

const beyondTheEdge =
  'Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth)';

/** Whether everybody can read the page and it fits; its picture. */
async function look(page: WatchedPage, name: string): Promise<void> {
  await page.evaluate('document.fonts.ready.then(() => {})');
  if (folder) {
    await mkdir(folder, { recursive: true });
    await page.screenshot({ path: path.join(folder, `tour-${name}.png`), fullPage: true });
  }
  expect.soft([name, await violationsOf(page)]).toEqual([name, []]);
  expect.soft([name, await page.evaluate(beyondTheEdge)]).toEqual([name, 0]);
}

test(
  'in both themes, on a desk and on a phone, everybody can read every state of it',
  () =>
    withTour(async ({ pages, press, sees }) => {
      const open_ = looks.map(async ([colorScheme, size, viewport]) => {
        const page = await open(pages.url, { colorScheme, viewport, reducedMotion: 'reduce' });
        return { page, suffix: `${colorScheme}-${size}` };
      });
      const all = await Promise.all(open_);
      const lookAtAll = async (state: string, text: string) => {
        for (const { page, suffix } of all) {
          await shows(page, newest, text);
          await look(page, `${state}-${suffix}`);
        }
      };
      await lookAtAll('red', 'failed after');
      await press('long');
      await lookAtAll('flying', 'flight');
      await press('fix');
      await lookAtAll('green', 'all 2 passed');
      await press('merge');
      await sees('the artifact is built', ({ steps }) => steps[3]?.standing === 'done');
      await lookAtAll('merged', 'all 3 passed');
      for (const { page } of all) expect(page.complaints).toEqual([]);
    }),
  120_000,
);
