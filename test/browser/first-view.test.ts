/** From the link in a commit status to the line that failed: one page, and not much of it. */
import { expect, test } from 'vitest';
import { useBrowser } from '#test/support/browser.ts';
import { lease } from '#test/support/people/lease.ts';
import { addJob, addRun } from '#test/support/people/rows.ts';
import { withPeople } from '#test/support/people/with-people.ts';

const open = useBrowser();

const scriptBudgetBytes = 250_000;

const scripts = `performance.getEntriesByType('resource')
  .filter(({ name }) => name.endsWith('.js'))
  .map(({ name, encodedBodySize }) => ({ name: name.split('/').at(-1), bytes: encodedBodySize }))`;

test('the page of a failed job shows the failing line without a click, and loads little script for it', () =>
  withPeople(async people => {
    const leased = await lease(people, await addJob(people, await addRun(people)));
    await leased.stepStarts(0);
    await leased.print('it is fine\n'.repeat(2_000));
    await leased.print('parser.c:88: expected 4294967296, got 0\n');
    await leased.stepEnds(0, 2);
    await leased.exit(2, './configure: exit 2', 0);
    const page = await open(`${people.url}/jobs/${leased.job}`);
    await page.locator('#log-lines').getByText('parser.c:88').first().waitFor();
    const loaded = await page.evaluate<{ name: string; bytes: number }[]>(scripts);
    const bytes = loaded.reduce((sum, script) => sum + script.bytes, 0);
    expect(loaded.map(({ name }) => name)).toContainEqual(expect.stringMatching(/^job\./));
    expect(bytes).toBeGreaterThan(100_000);
    expect(bytes).toBeLessThan(scriptBudgetBytes);
    // What other pages need is not for this one.
    expect(loaded.map(({ name }) => name).filter(name => /^(?:runs|palette|settings)\./.test(name))).toEqual(
      [],
    );
  }));

test('what a page asks ahead for is what its app uses: nothing is asked for twice', () =>
  withPeople(async people => {
    const job = await addJob(people, await addRun(people));
    await (await lease(people, job)).exit(0);
    const page = await open('about:blank');
    // Whoever connects asks once more for what may have become old.
    await page.addInitScript('globalThis.WebSocket = class extends EventTarget { close() {} }');
    for (const [path, selector] of [
      ['/?author=octocat', '.run-title'],
      [`/runs/${job.runId}`, '.timeline-row'],
      [`/jobs/${job.id}`, '.log-empty'],
    ] as const) {
      await page.goto(people.url + path);
      await page.locator(selector).waitFor();
      const asked = await page.evaluate<string[]>(`performance.getEntriesByType('resource')
        .map(({ name }) => name).filter(name => /\\/api\\/v1\\/(?:runs|jobs)/.test(name))`);
      expect([path, asked]).toEqual([path, [...new Set(asked)]]);
      expect(asked.length).toBeGreaterThan(0);
    }
  }));
