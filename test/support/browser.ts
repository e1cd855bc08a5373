/** A real Chromium, found as the set-up finds it, for tests of pages. */
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from 'playwright-core';
import { afterAll, afterEach, beforeEach } from 'vitest';
import { findProgram } from '#coordinator/setup/find-program.ts';
import { prerequisites } from '#coordinator/setup/prerequisites.ts';
import { until } from './until.ts';

const args = [
  // Tests run as root in containers, where Chromium's own sandbox cannot be had.
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const waitMs = 15_000;

/** A page, and everything it complained of: its console, uncaught errors, violations of its security policy. */
export type WatchedPage = Page & { complaints: string[] };

export type OpenPage = (url: string, look?: BrowserContextOptions) => Promise<WatchedPage>;

/**
 * One Chromium for the tests of a file, each page in a profile of its own. Where there is no Chromium, the tests skip
 * themselves and say so.
 */
export function useBrowser(): OpenPage {
  let started: Promise<Browser> | null = null;
  const contexts: BrowserContext[] = [];
  beforeEach(async ({ skip }) => {
    const executablePath = await chromiumPath();
    if (!executablePath) skip('needs chromium');
    else started ??= chromium.launch({ executablePath, args });
  });
  afterEach(async () => {
    for (const context of contexts.splice(0)) await context.close();
  });
  afterAll(async () => (await started)?.close());
  return async (url, look) => {
    if (!started) throw new Error('there is no browser');
    const context = await (await started).newContext({ viewport: { width: 1280, height: 800 }, ...look });
    contexts.push(context);
    // Before the test's own time is up, so that it says what was waited for.
    context.setDefaultTimeout(waitMs);
    // Also of what is tried and caught, which the console does not tell.
    await context.addInitScript(reportViolations);
    const page = watched(await context.newPage());
    await page.goto(url);
    return page;
  };
}

const reportViolations = `addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
  console.error('the Content Security Policy was violated: ' + violatedDirective + ' ' + blockedURI))`;

/** For programs that are no tests. */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = await chromiumPath();
  if (!executablePath) throw new Error('needs chromium');
  return chromium.launch({ executablePath, args });
}

/** Waits until what a selector finds first has a text in it. */
export const shows = (page: Page, selector: string, text: string): Promise<unknown> =>
  until(`${selector} shows "${text}"`, async () =>
    (await page.locator(selector).first().innerText()).includes(text),
  );

async function chromiumPath(): Promise<string | null> {
  const needed = prerequisites.find(({ name }) => name === 'chromium');
  return needed ? findProgram(needed) : null;
}

function watched(page: Page): WatchedPage {
  const complaints: string[] = [];
  page.on('console', message => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', error => complaints.push(String(error)));
  return Object.assign(page, { complaints });
}
