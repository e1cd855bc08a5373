/** The log on the page of a job, as its tests look at it. */

import type { WatchedPage } from '#test/support/browser.ts';
import { type Lease, lease } from '#test/support/people/lease.ts';
import { addJob, addRun } from '#test/support/people/rows.ts';
import type { People } from '#test/support/people/with-people.ts';
import { until } from '#test/support/until.ts';

export const leaseOne = async (people: People): Promise<Lease> =>
  lease(people, await addJob(people, await addRun(people)));

export const pageOf = ({ job }: Lease): string => `/jobs/${job}`;

/** Numbered lines, with line ends. */
export const numbered = (count: number, word = 'line', from = 1): string =>
  Array.from({ length: count }, (_, n) => `${word} ${from + n}\n`).join('');

export const rows = (page: WatchedPage) => page.locator('#log-lines .log-line');

/** The lines that are in the document now, in the order of the page. */
export const linesOf = (page: WatchedPage): Promise<string[]> =>
  page.locator('#log-lines .log-text:not(.log-missing)').allTextContents();

export const showsLines = (page: WatchedPage, lines: string[]): Promise<unknown> =>
  until(`the log shows ${JSON.stringify(lines).slice(0, 100)}`, async () => {
    const shown = await linesOf(page);
    return shown.length === lines.length && shown.every((line, index) => line === lines[index]);
  });

const seenRows = `(() => {
  const list = document.querySelector('#log-lines');
  const frame = list.getBoundingClientRect();
  const covered = list.querySelector('.log-sticky') ? 28 : 0;
  const isSeen = row => {
    const { top, bottom } = row.getBoundingClientRect();
    return top < frame.bottom - 2 && bottom > frame.top + covered + 2;
  };
  return [...list.querySelectorAll('.log-line')].filter(isSeen).map(row => row.querySelector('.log-text').textContent);
})()`;

/** The texts of the lines in view: not those above and below that are ready to be scrolled to. */
export const inView = (page: WatchedPage): Promise<string[]> => page.evaluate(seenRows);

export const showsInView = (page: WatchedPage, text: string, timeoutMs = 15_000): Promise<unknown> =>
  until(`"${text}" is in view`, async () => (await inView(page)).includes(text), { timeoutMs });

const numberedRows = `[...document.querySelectorAll('#log-lines .log-line')].flatMap(row => {
  const text = row.querySelector('.log-text:not(.log-missing)');
  return text ? [[Number(row.querySelector('.log-number').dataset.number), text.textContent]] : [];
})`;

/** Scrolls, and waits until that is drawn. */
export const scrollBy = (page: WatchedPage, px: number): Promise<unknown> =>
  page.evaluate(`new Promise(drawn => {
    document.querySelector('#log-lines').scrollTop += ${px};
    requestAnimationFrame(() => requestAnimationFrame(drawn));
  })`);

/** Every line, by scrolling through all of it; each under its number. */
export async function readAll(page: WatchedPage, count: number): Promise<string[]> {
  const read = new Map<number, string>();
  await page.keyboard.press('g');
  await until(`all ${count} lines were in the document`, async () => {
    for (const [number, text] of await page.evaluate<[number, string][]>(numberedRows))
      read.set(number, text);
    await scrollBy(page, 200);
    return read.size >= count;
  });
  return [...read].sort(([a], [b]) => a - b).map(([, text]) => text);
}

export const endOf = (page: WatchedPage, timeoutMs = 15_000): Promise<string> =>
  until('the log has ended', async () => (await page.locator('.log-end').count()) > 0, { timeoutMs }).then(
    async () => (await page.locator('.log-end').textContent()) ?? '',
  );
