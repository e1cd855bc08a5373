/**
 * Every page in every state, as it is drawn: in both themes, on a desk and on a phone. `PADDOCK_SCREENSHOTS` names a folder
 * that gets a picture of each.
 */
import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { Request } from 'playwright-core';
import { expect, test } from 'vitest';
import { useBrowser, type WatchedPage } from '#test/support/browser.ts';
import { fillGallery, paths } from '#test/support/people/gallery.ts';
import { signedIn } from '#test/support/people/sign-in.ts';
import { withPeople } from '#test/support/people/with-people.ts';
import { until } from '#test/support/until.ts';

const open = useBrowser();
const folder = process.env.PADDOCK_SCREENSHOTS;
const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

type Violation = { id: string; help: string; nodes: { target: string[]; failureSummary: string }[] };

/** What axe has against a page, as sentences. */
async function violationsOf(page: WatchedPage): Promise<string[]> {
  // Through the protocol of the debugger, as a script of the page it would not be let in.
  await page.evaluate(axe);
  const found = await page.evaluate<Violation[]>('axe.run(document).then(({ violations }) => violations)');
  return found.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary}`),
  );
}

/** Counts what a page has asked for and not got yet. */
function countRequests(page: WatchedPage): () => number {
  const asked = new Set<Request>();
  page.on('request', request => {
    // What the page before had asked for comes to nothing.
    if (request.isNavigationRequest()) asked.clear();
    asked.add(request);
  });
  page.on('requestfinished', request => asked.delete(request));
  page.on('requestfailed', request => asked.delete(request));
  return () => asked.size;
}

/** Drawn, with its letters and its log, and nothing on its way. */
async function settled(page: WatchedPage, onTheWay: () => number): Promise<void> {
  await until('the page is there', async () => (await page.locator('h1').count()) > 0 && onTheWay() === 0);
  await page.evaluate('document.fonts.ready.then(() => {})');
}

/** How much wider than the window a page is. */
const beyondTheEdge =
  'Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth)';

const sizes = { desk: { width: 1280, height: 800 }, phone: { width: 375, height: 740 } };

test.each([
  ['light', 'desk'],
  ['light', 'phone'],
  ['dark', 'desk'],
  ['dark', 'phone'],
] as const)(
  'in the %s on a %s every page can be read by everybody, fits, and complains of nothing',
  (colorScheme, size) =>
    withPeople(async people => {
      const gallery = await fillGallery(people);
      const look = { colorScheme, viewport: sizes[size], reducedMotion: 'reduce' } as const;
      const page = await open(people.url, { ...(await signedIn(people)), ...look });
      const onTheWay = countRequests(page);
      if (folder) await mkdir(folder, { recursive: true });
      for (const [name, address] of Object.entries(paths(gallery))) {
        await page.goto(people.url + address);
        await settled(page, onTheWay);
        if (folder)
          await page.screenshot({
            path: path.join(folder, `${name}-${colorScheme}-${size}.png`),
            fullPage: true,
          });
        expect.soft([name, await violationsOf(page)]).toEqual([name, []]);
        expect.soft([name, await page.evaluate(beyondTheEdge)]).toEqual([name, 0]);
        expect.soft([name, await page.locator('h1').count()]).toEqual([name, 1]);
        expect.soft([name, await page.title()]).toEqual([name, expect.stringMatching(/.+ · Paddock$/)]);
      }
      // A page that is not there is a 404, which the browser notes.
      const complaints = page.complaints.filter(each => !each.includes('404') && !each.includes('400'));
      expect(complaints).toEqual([]);
    }),
  120_000,
);
