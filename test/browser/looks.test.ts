/** How pages look: on a phone, in the dark, to who sees little, and under the page's own security policy. */
import type { BrowserContextOptions, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { useBrowser } from '#test/support/browser.ts';
import { lease } from '#test/support/people/lease.ts';
import { addJob, addRun } from '#test/support/people/rows.ts';
import { signedIn } from '#test/support/people/sign-in.ts';
import { type People, withPeople } from '#test/support/people/with-people.ts';
import { until } from '#test/support/until.ts';

const open = useBrowser();

const long =
  'A title that goes on and on without_any_place_where_it_could_be_broken_because_nobody_thought_of_phones';

const isThere = `document.querySelector('#lines') === null || document.querySelectorAll('.line').length > 0`;

/** Looks at every page, one after the other, when its log is there. */
async function lookAt(
  people: People,
  look: BrowserContextOptions,
  see: (page: Page, path: string) => Promise<void>,
) {
  const [first = '/', ...rest] = await everyPage(people);
  const page = await open(people.url + first, { ...(await signedIn(people)), ...look });
  await see(page, first);
  for (const path of rest) {
    await page.goto(people.url + path);
    await until(`the log of ${path} is there`, () => page.evaluate(isThere));
    await see(page, path);
  }
}

/** A run with a job of each kind; answers the paths of all its pages. */
async function everyPage(people: People): Promise<string[]> {
  const run = await addRun(people, { title: long });
  const add = (image: string) => addJob(people, run, { image });
  const [green, red, lost, running] = [
    await lease(people, await add('debian-12')),
    await lease(people, await add('netbsd-10')),
    await lease(people, await add('openbsd-7.9')),
    await lease(people, await add('freebsd-14.4')),
  ];
  const waiting = await add('windows-server-2025');
  for (const leased of [green, red, lost, running]) {
    await leased.stepStarts(0);
    await leased.print(`${'x'.repeat(400)}\nline\n`);
    await leased.stepEnds(0, leased === red ? 2 : 0);
  }
  await green.keepArtifact(`dist/${'name-'.repeat(30)}.tar.gz`, Buffer.from('x'));
  await green.exit(0);
  await red.exit(2, 'make check: exit 2');
  const end = { reason: 'setup-failed', permanent: true, message: 'no such disk' } as const;
  await lost.end(end, 'the machine was lost');
  const jobs = [green.job, red.job, lost.job, running.job, waiting.id];
  return ['/', `/runs/${run.id}`, ...jobs.map(job => `/jobs/${job}`), '/deliveries', '/nowhere', '/sign-in'];
}

test('nothing is wider than a phone', () =>
  withPeople(people =>
    lookAt(people, { viewport: { width: 375, height: 700 } }, async (page, path) => {
      expect([path, await page.evaluate('document.documentElement.scrollWidth')]).toEqual([path, 375]);
    }),
  ));

/** The text nodes whose colour is too near to what is behind them (WCAG 2.2, 1.4.3: 4.5 to 1), as sentences. */
const faint = `(() => {
  const channels = colour => {
    const [r, g, b, a = 1] = colour.match(/[\\d.]+/g).map(Number);
    return { rgb: [r, g, b], a };
  };
  const luminance = rgb => {
    const [r, g, b] = rgb.map(each => each / 255).map(each => each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = element => {
    for (let each = element; each; each = each.parentElement) {
      const { rgb, a } = channels(getComputedStyle(each).backgroundColor);
      if (a === 1) return rgb;
    }
    return [255, 255, 255];
  };
  const found = new Set();
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const { parentElement, textContent } = texts.currentNode;
    if (!textContent.trim() || !parentElement.checkVisibility() || parentElement.closest('script, noscript, .sr, .skip')) continue;
    const [one, two] = [channels(getComputedStyle(parentElement).color).rgb, behind(parentElement)].map(luminance);
    const contrast = (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05);
    if (contrast < 4.5) found.add(parentElement.className + ' "' + textContent.trim().slice(0, 30) + '" ' + contrast.toFixed(2));
  }
  return [...found];
})()`;

test.each([
  ['light', 'rgb(251, 251, 250)'],
  ['dark', 'rgb(18, 20, 17)'],
] as const)('everything can be read in the %s', (colorScheme, ground) =>
  withPeople(people =>
    lookAt(people, { colorScheme }, async (page, path) => {
      expect([path, await page.evaluate(faint)]).toEqual([path, []]);
      expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe(ground);
    }),
  ),
);

test('a page has a language, a title, one heading of its own and named landmarks', () =>
  withPeople(people =>
    lookAt(people, {}, async (page, path) => {
      expect([path, await page.locator('html').getAttribute('lang')]).toEqual([path, 'en']);
      expect([path, await page.title()]).toEqual([path, expect.stringMatching(/.+ · Paddock$/)]);
      const count = (selector: string) => page.locator(selector).count();
      expect([path, await count('h1'), await count('main')]).toEqual([path, 1, 1]);
      const unnamed = 'nav:not([aria-label]), aside:not([aria-label]), button:empty, img:not([alt])';
      expect([path, await count(unnamed)]).toEqual([path, 0]);
    }),
  ));

test('nothing moves for who wants it still', () =>
  withPeople(async people => {
    await lease(people, await addJob(people, await addRun(people)));
    for (const [reducedMotion, moving] of [
      ['no-preference', 2],
      ['reduce', 0],
    ] as const) {
      const page = await open(people.url, { reducedMotion });
      expect(await page.evaluate('document.getAnimations().length')).toBe(moving);
    }
  }));

test('a script that came in by any way would not run', () =>
  withPeople(async people => {
    const page = await open(people.url);
    await page.evaluate(`document.body.insertAdjacentHTML('beforeend', '<img src=x onerror="globalThis.isTaken = true">');
      document.body.append(Object.assign(document.createElement('script'), { textContent: 'globalThis.isTaken = true' }))`);
    await until(
      'the policy has complained twice',
      () => page.complaints.filter(each => each.includes('Content Security Policy')).length >= 2,
    );
    expect(await page.evaluate('"isTaken" in globalThis')).toBe(false);
  }));
