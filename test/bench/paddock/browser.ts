import type { Page } from 'playwright-core';
import { launchBrowser } from '#test/support/browser.ts';
import { until } from '#test/support/until.ts';
import type { Place } from '../place.ts';
import { withBenchFleet } from './bench-fleet.ts';
import { suiteOf } from './dispatch.ts';

const lines = 200;

/** Each line carries the wall clock of the step that printed it, in ns; the first is printed until somebody looks. */
const printing = `for n in $(seq ${lines + 200}); do echo "printed $n at $(date +%s%N)."; sleep 0.03; done`;

/**
 * Runs in the page: when each line came into the document that was printed since, by the same clock. What was printed
 * before waited for the page to open, which is not what this row is about.
 */
const noteLines = `(() => {
  globalThis.lateBy = {};
  const wall = () => performance.timeOrigin + performance.now();
  const openedAt = wall();
  const look = () => {
    const now = wall();
    const text = document.querySelector('#log-lines').textContent;
    for (const [, n, at] of text.matchAll(/printed (\\d+) at (\\d+)\\./g))
      if (Number(at) / 1e6 >= openedAt) globalThis.lateBy[n] ??= now - Number(at) / 1e6;
  };
  new MutationObserver(look).observe(document.querySelector('#log-lines'), { subtree: true, childList: true, characterData: true });
})()`;

/** Milliseconds from the printing of a line by a real step to its being in the document of a real browser. */
export async function lineToBrowser(place: Place): Promise<number[]> {
  const browser = await launchBrowser();
  try {
    return await withBenchFleet(place, { max: 1, warm: 1 }, async fleet => {
      const [commit] = await fleet.commit([{ '.paddock.yml': suiteOf({ source: 'none' }, printing) }]);
      if (!commit) throw new Error('no commit was made');
      await fleet.untilIdle(1);
      await fleet.push(commit);
      const job = await until('the job runs', async () => (await fleet.api.runs())[0]?.jobs[0]);
      const page = await browser.newPage();
      await page.goto(`${fleet.url}/jobs/${job.id}`);
      await page.locator('.log-text', { hasText: 'printed 3 at' }).waitFor();
      await page.evaluate(noteLines);
      await until('enough lines came', async () => (await lateBy(page)).length >= lines, {
        timeoutMs: 60_000,
        everyMs: 250,
      });
      const late = await lateBy(page);
      await fleet.api.cancelJob(job.id);
      await fleet.untilSettled(1);
      return late;
    });
  } finally {
    await browser.close();
  }
}

const lateBy = (page: Page): Promise<number[]> =>
  page.evaluate('Object.values(globalThis.lateBy)') as Promise<number[]>;
