/** The pages of a real coordinator with a real agent: from GitHub to the failing line, and through a sudden end. */
import { expect, test } from 'vitest';
import { statusContext } from '#shared/forge-status.ts';
import { shows, useBrowser, type WatchedPage } from '#test/support/browser.ts';
import { image, repository } from '#test/support/fleet/fleet.ts';
import { gate } from '#test/support/fleet/gate.ts';
import { openPull, runOf, settled, suite } from '#test/support/fleet/story.ts';
import { withFleet } from '#test/support/fleet/with-fleet.ts';
import { until } from '#test/support/until.ts';
import { endOf, readAll, showsInView } from './log/log-page.ts';

const open = useBrowser();

test('the link of a failed status leads to the line that failed, without a click', () =>
  withFleet({}, async fleet => {
    const mistake = 'parser.c:88: expected 4294967296, got 0';
    const steps = ['seq 1 500', `seq 1 500; echo '${mistake}'; exit 2`, 'echo never'];
    const { head } = await openPull(fleet, suite(...steps));
    await settled(fleet, head);
    const status = await until('GitHub has its status', () => {
      const newest = fleet.fake.statusOf(repository, head, statusContext(image, 'default'));
      return newest?.state === 'failure' && newest;
    });
    const page = await open(status.targetUrl ?? '');
    await showsInView(page, mistake);
    await shows(page, '.head .badge', 'failed');
    expect(page.complaints).toEqual([]);
  }));

/** In the log's own order, with what the gate prints between them. */
const printed = (words: string[], count: number) =>
  words.flatMap(word => [
    ...Array.from({ length: count }, (_, n) => `${word} ${n + 1}`),
    'waiting',
    'going on',
  ]);

test(
  'the coordinator is killed under open pages and started again: they say so, and go on without gap or repetition',
  () =>
    withFleet({}, async fleet => {
      const [during, after] = [gate(fleet, 'during'), gate(fleet, 'after')];
      const print = (word: string) => `seq -f '${word} %g' 1 300`;
      const steps = suite(print('before'), during.step, print('meanwhile'), after.step);
      const { head } = await openPull(fleet, steps);
      await during.reached();
      const run = await runOf(fleet, head);
      const log = await open(`${fleet.url}/jobs/${run.jobs[0]?.id}`);
      const overview = await open(`${fleet.url}/runs/${run.id}`);
      await showsInView(log, 'waiting');
      await shows(overview, '.head .badge', 'running');
      for (const page of [log, overview]) await page.evaluate('globalThis.isSamePage = true');

      await fleet.coordinator.stop('SIGKILL');
      for (const page of [log, overview])
        await shows(page, '.banner', 'The coordinator does not answer. Trying again in');
      await during.open();
      await after.reached();
      await fleet.coordinator.start();

      await showsInView(log, 'meanwhile 300', 25_000);
      for (const page of [log, overview]) await noBanner(page);
      await after.open();
      await settled(fleet, head);
      await shows(overview, '.head .badge', 'passed');
      await shows(log, '.head .badge', 'passed');
      const lines = printed(['before', 'meanwhile'], 300);
      expect(await endOf(log)).toContain(`, ${lines.length} lines`);
      expect(await readAll(log, lines.length)).toEqual(lines);
      for (const page of [log, overview]) expect(await page.evaluate('globalThis.isSamePage')).toBe(true);
    }),
  90_000,
);

const noBanner = (page: WatchedPage) =>
  until('nothing is said any more', async () => (await page.locator('.banner').count()) === 0, {
    timeoutMs: 25_000,
  });
