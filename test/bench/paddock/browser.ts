import type { Page } from 'playwright-core';
import { launchBrowser } from '#test/support/browser.ts';
import { until } from '#test/support/until.ts';
import type { Place } from '../place.ts';
import { withBenchFleet } from './bench-fleet.ts';
import { suiteOf } from './dispatch.ts';

const lines = 200;

/** Each line carries the wall clock of the step that printed it, in ns; the first is printed until somebody looks. */
const printing = `for n in $(seq ${lines + 200}); do echo "printed $n at $(date +%s%N)."; sleep 0.03; done`;

/** Runs in the page: when each numbered line came into the document, by the same clock. */
const noteLines = `(() => {
  globalThis.lateBy = {};
  const look = () => {
    const now = performance.timeOrigin + performance.now();
    const text = document.querySelector('#log-lines').textContent;
    for (const [, n, at] of text.matchAll(/printed (\\d+) at (\\d+)\\./g)) globalThis.lateBy[n] ??= now - Number(at) / 1e6;
  };
  look();
  globalThis.lateBy = Object.fromEntries(Object.keys(globalThis.lateBy).map(n => [n, null]));
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
  page.evaluate('Object.values(globalThis.lateBy).filter(late => late !== null)') as Promise<number[]>;
