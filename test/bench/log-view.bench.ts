/**
 * The log viewer in a real browser. A log of a million coloured lines that has ended: time to its first lines, heap of the
 * page, frames while it is scrolled, a search. A live log: from a printed line to the page, with three viewers.
 * Budgets: heap 200 MB, frames 33 ms (p95).
 */
import type { Browser, CDPSession, Page } from 'playwright-core';
import { launchBrowser } from '#test/support/browser.ts';
import { type Lease, lease } from '#test/support/people/lease.ts';
import { addJob, addRun } from '#test/support/people/rows.ts';
import { type People, withPeople } from '#test/support/people/with-people.ts';
import { until } from '#test/support/until.ts';

const lines = 1_000_000;
const budgets = { heapMB: 200, frameMs: 33 };

const text = (n: number) =>
  `\x1b[32mok\x1b[0m ${n} - \x1b[1mparser/case-${n}\x1b[0m took \x1b[38;5;${n % 256}m${n % 1_000} ms\x1b[0m on \x1b[38;2;${n % 256};120;80mshard ${n % 16}\x1b[0m${n % 100_000 === 777 ? ' needle' : ''}\n`;

const quantile = (values: number[], q: number) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length * q)] ?? 0;
const ms = (value: number) => `${value.toFixed(1)} ms`;
const say = (what: string, ...values: string[]) => console.log(`  ${what.padEnd(44)} ${values.join('   ')}`);

async function printMillion(leased: Lease): Promise<void> {
  await leased.stepStarts(0);
  const part = 20_000;
  for (let at = 0; at < lines; at += part)
    await leased.print(Array.from({ length: part }, (_, n) => text(at + n)).join(''));
  await leased.stepEnds(0, 2);
  await leased.exit(2, 'exit 2');
}

const heapMB = async (session: CDPSession): Promise<number> => {
  const { metrics } = await session.send('Performance.getMetrics');
  return (metrics.find(({ name }) => name === 'JSHeapUsedSize')?.value ?? 0) / 1e6;
};

/** Runs in the page: the time of each frame until the page is told to stop. */
const countFrames = `(() => {
  const frames = [];
  let last = performance.now();
  let isOn = true;
  const next = now => { frames.push(now - last); last = now; if (isOn) requestAnimationFrame(next); };
  requestAnimationFrame(next);
  globalThis.endFrames = () => { isOn = false; return frames.slice(1); };
})()`;

async function framesWhile(page: Page, act: () => Promise<void>): Promise<number[]> {
  await page.evaluate(countFrames);
  await act();
  return page.evaluate('globalThis.endFrames()') as Promise<number[]>;
}

/** Wheels as a person does, and drags the bar at the side from end to end. */
async function scroll(page: Page): Promise<void> {
  const box = await page.locator('#log-lines').boundingBox();
  const bar = await page.locator('.log-minimap').boundingBox();
  if (!box || !bar) throw new Error('there is no log on the page');
  await page.mouse.move(box.x + 200, box.y + 200);
  for (let n = 0; n < 150; n++) await page.mouse.wheel(0, n % 50 < 40 ? -400 : 1_500);
  await page.mouse.move(bar.x + 7, bar.y + bar.height - 4);
  await page.mouse.down();
  for (let n = 100; n >= 0; n--) await page.mouse.move(bar.x + 7, bar.y + (bar.height * n) / 100);
  await page.mouse.up();
}

async function bigLog(people: People, browser: Browser): Promise<boolean> {
  const leased = await lease(people, await addJob(people, await addRun(people)));
  await printMillion(leased);
  const page = await browser.newPage();
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  const opened = performance.now();
  await page.goto(`${people.url}/jobs/${leased.job}`, { waitUntil: 'commit' });
  await page.locator('.log-text', { hasText: 'case-999999' }).waitFor();
  say(`${lines.toLocaleString('en')} lines, address → failing line`, ms(performance.now() - opened));
  say('heap when opened', `${(await heapMB(session)).toFixed(1)} MB`);

  const frames = await framesWhile(page, () => scroll(page));
  const frame = quantile(frames, 0.95);
  say(
    'frames while scrolling',
    `p50 ${ms(quantile(frames, 0.5))}`,
    `p95 ${ms(frame)}`,
    `of ${frames.length}`,
  );

  for (const [what, query] of [
    ['a word', 'needle'],
    ['every line', 'parser/case'],
  ] as const) {
    await page.keyboard.press('/');
    await page.locator('.log-search input').fill('');
    const asked = performance.now();
    await page.locator('.log-search input').fill(query);
    await page.locator('.log-said', { hasText: /\d lines/ }).waitFor();
    say(
      `search for ${what}, typed → count`,
      ms(performance.now() - asked),
      (await page.locator('.log-search .log-said').textContent()) ?? '',
    );
  }
  const jumped = performance.now();
  await page.keyboard.press('Enter');
  await page.locator('.log-current').waitFor();
  say('next hit in view', ms(performance.now() - jumped));
  const heap = await heapMB(session);
  say('heap at the end', `${heap.toFixed(1)} MB`);
  await page.close();
  return heap <= budgets.heapMB && frame <= budgets.frameMs;
}

/** Runs in the page: when each numbered line is in the document. */
const noteLines = `(() => {
  globalThis.seenAt = {};
  new MutationObserver(() => {
    const now = performance.timeOrigin + performance.now();
    for (const [, n] of document.querySelector('#log-lines').textContent.matchAll(/printed (\\d+)\\./g)) globalThis.seenAt[n] ??= now;
  }).observe(document.querySelector('#log-lines'), { subtree: true, childList: true, characterData: true });
})()`;

async function liveLog(people: People, browser: Browser): Promise<void> {
  const leased = await lease(people, await addJob(people, await addRun(people)));
  await leased.stepStarts(0);
  await leased.print('begun\n');
  const pages = await Promise.all(
    [1, 2, 3].map(async () => {
      const page = await (await browser.newContext()).newPage();
      await page.goto(`${people.url}/jobs/${leased.job}`);
      await page.locator('.log-text', { hasText: 'begun' }).waitFor();
      await page.evaluate(noteLines);
      return page;
    }),
  );
  const printedAt: number[] = [];
  const count = 1_000;
  for (let n = 0; n < count; n++) {
    printedAt[n] = performance.timeOrigin + performance.now();
    await leased.print(`printed ${n}.\n`);
    await new Promise(resolve => setTimeout(resolve, 10));
  }
  const isThere = (page: Page) => page.evaluate(`${count - 1} in globalThis.seenAt`);
  await until('all lines are there', async () => (await Promise.all(pages.map(isThere))).every(Boolean));
  for (const [index, page] of pages.entries()) {
    const seenAt = (await page.evaluate('globalThis.seenAt')) as Record<string, number>;
    const late = printedAt.map((at, n) => (seenAt[n] ?? Number.NaN) - at);
    const unseen = late.filter(Number.isNaN).length;
    const known = late.filter(value => !Number.isNaN(value));
    say(
      `line printed → in the document, viewer ${index + 1} of 3`,
      `p50 ${ms(quantile(known, 0.5))}`,
      `p99 ${ms(quantile(known, 0.99))}`,
      `${unseen} unseen`,
    );
    await page.context().close();
  }
}

const browser = await launchBrowser();
try {
  await withPeople(async people => {
    if (!(await bigLog(people, browser))) {
      console.log(`  over the budget: heap ${budgets.heapMB} MB, frames ${budgets.frameMs} ms (p95)`);
      process.exitCode = 1;
    }
    await liveLog(people, browser);
  });
} finally {
  await browser.close();
}
