/** The log on the page of a job, in a real browser. */
import { createHash, randomBytes } from 'node:crypto';
import type { Locator } from 'playwright-core';
import { expect, test } from 'vitest';
import { useBrowser, type WatchedPage } from '#test/support/browser.ts';
import { type Lease, lease } from '#test/support/people/lease.ts';
import { startProxy } from '#test/support/people/proxy.ts';
import { addJob, addRun } from '#test/support/people/rows.ts';
import { type People, withPeople } from '#test/support/people/with-people.ts';
import { until } from '#test/support/until.ts';

const open = useBrowser();

const leaseOne = async (people: People): Promise<Lease> =>
  lease(people, await addJob(people, await addRun(people)));

const pageOf = ({ job }: Lease) => `/jobs/${job}`;

/** What stands in the log now, line by line, in the order of the page. */
const linesOf = (page: WatchedPage): Promise<string[]> => page.locator('#lines .line').allTextContents();

const showsLines = (page: WatchedPage, lines: string[]) =>
  until(`the log shows ${JSON.stringify(lines).slice(0, 100)}`, async () => {
    const shown = await linesOf(page);
    return shown.length === lines.length && shown.every((line, index) => line === lines[index]);
  });

const ends = (page: WatchedPage) =>
  until('the log has ended', async () => page.locator('#end').textContent());

test('a line that is printed appears without a reload', () =>
  withPeople(async people => {
    const leased = await leaseOne(people);
    await leased.print('printed before\n');
    const page = await open(people.url + pageOf(leased));
    await showsLines(page, ['printed before']);
    await page.evaluate(() => Object.assign(globalThis, { isSamePage: true }));
    await leased.print('printed ');
    await showsLines(page, ['printed before', 'printed ']);
    await leased.print('now\n');
    await showsLines(page, ['printed before', 'printed now']);
    expect(await page.evaluate(() => 'isSamePage' in globalThis)).toBe(true);
    expect(page.complaints).toEqual([]);
  }));

test('the end says the exit code, the size and the digest; the head says the verdict', () =>
  withPeople(async people => {
    const leased = await leaseOne(people);
    const page = await open(people.url + pageOf(leased));
    await leased.stepStarts(0);
    await leased.print('one\ntwo\n');
    people.clock.now += 67_000;
    await leased.stepEnds(0, 2);
    await leased.exit(2, 'make check: exit 2');
    const digest = createHash('sha256').update('one\ntwo\n').digest('hex');
    expect(await ends(page)).toBe(
      `exit 2 after 1:07 · verified ✓ 8 B, 2 lines · sha256 ${digest.slice(0, 12)}`,
    );
    await until('the head says it', async () =>
      (await page.locator('.head').innerText()).includes('failed after 1:07: make check: exit 2'),
    );
    expect(await page.title()).toMatch(/^failed: debian-12 unit/);
    expect(await page.locator('link[rel=icon]').getAttribute('href')).toBe('/assets/favicon-failed.svg');
    expect(page.complaints).toEqual([]);
  }));

test('a log that ended without its proof says so, and whose fault that was not', () =>
  withPeople(async people => {
    const leased = await leaseOne(people);
    await leased.stepStarts(0);
    await leased.print('half of a li');
    const end = {
      reason: 'setup-failed',
      permanent: true,
      message: 'the disk of the machine broke',
    } as const;
    await leased.end(end, 'the machine was lost');
    const page = await open(people.url + pageOf(leased));
    expect(await ends(page)).toBe('partial, 12 B: the machine was lost');
    const said = await page.locator('main').innerText();
    expect(said).toContain('This is not the fault of the commit.');
    expect(said).toContain('the disk of the machine broke');
    expect(await page.locator('[data-step="0"] .shape').getAttribute('title')).toBe('errored');
    expect(await page.locator('.step .state').textContent()).toBe('cut short');
  }));

test('wherever the connection breaks, no line is lost and none is shown twice', () =>
  withPeople(async people => {
    const proxy = await startProxy(people.port);
    try {
      const leased = await leaseOne(people);
      const page = await open(proxy.url + pageOf(leased));
      const lines = Array.from(
        { length: 400 },
        (_, n) => `line ${n} ${randomBytes(n % 50).toString('hex')} ß€😀`,
      );
      const bytes = Buffer.from(`${lines.join('\n')}\n`);
      // Cut also in the middle of lines and of characters.
      for (let at = 0; at < bytes.length; at += 2_003) {
        await leased.print(bytes.subarray(at, at + 2_003));
        if (at % 5 === 0) proxy.cut();
      }
      await leased.exit(0);
      await until('the log has ended', () => page.locator('#end').textContent(), { timeoutMs: 25_000 });
      expect(await linesOf(page)).toEqual(lines);
      expect(proxy.made()).toBeGreaterThan(3);
    } finally {
      await proxy.close();
    }
  }));

test('while the coordinator is away the page says so, and goes on by itself', () =>
  withPeople(async people => {
    const proxy = await startProxy(people.port);
    try {
      const leased = await leaseOne(people);
      await leased.print('one\n');
      const page = await open(proxy.url + pageOf(leased));
      await showsLines(page, ['one']);
      proxy.suspend();
      const connection = page.locator('#connection');
      await until('it says so', async () => (await connection.textContent())?.includes('trying again in'));
      await leased.print('two\n');
      proxy.resume();
      await until('it goes on', async () => (await linesOf(page)).length === 2, { timeoutMs: 20_000 });
      expect(await connection.textContent()).toBe('');
    } finally {
      await proxy.close();
    }
  }));

test(
  'a hundred thousand lines are all there, and the page stays quick',
  () =>
    withPeople(async people => {
      const leased = await leaseOne(people);
      const page = await open(people.url + pageOf(leased));
      await page.evaluate(observeTasks);
      const text = Array.from(
        { length: 100_000 },
        (_, n) => `line ${n + 1} of a suite that says a lot\n`,
      ).join('');
      await leased.print(text);
      await leased.exit(0);
      await until('the log has ended', () => page.locator('#end').textContent(), { timeoutMs: 45_000 });
      expect(Math.max(0, ...(await page.evaluate<number[]>('tasks')))).toBeLessThan(2_000);
      const lines = page.locator('#lines .line');
      expect(await lines.count()).toBe(100_000);
      await until('the last line is in view', () => isInView(lines.last()));
      expect(await lines.last().innerText()).toBe('line 100000 of a suite that says a lot');
      await page.keyboard.press('g');
      await until('the first line is in view', () => isInView(lines.first()));
      expect(page.complaints).toEqual([]);
    }),
  60_000,
);

/** How long the page could do nothing else, each time it was longer than 50 ms. */
const observeTasks = `
  globalThis.tasks = [];
  new PerformanceObserver(list => tasks.push(...list.getEntries().map(entry => entry.duration)))
    .observe({ type: 'longtask' });
`;

const isInView = (line: Locator): Promise<boolean> =>
  line.evaluate(element => {
    const [own, frame] = [element, element.closest('#lines')].map(each => each.getBoundingClientRect());
    return own.bottom > frame.top && own.top < frame.bottom;
  });

test('of a log that has more than a page can hold the last lines are shown, under their own numbers', () =>
  withPeople(async people => {
    const leased = await leaseOne(people);
    await leased.print('x\n'.repeat(100_050));
    const page = await open(people.url + pageOf(leased));
    await until('the last line', async () => (await page.locator('#lines .line').count()) === 100_000);
    expect(await page.locator('.earlier').textContent()).toBe('50 earlier lines are in the raw log');
    await page.goto(`${people.url}${pageOf(leased)}#L100049`);
    await page.reload();
    await until('the line is marked', async () => (await page.locator('.line.at').count()) === 1);
    const isSecondLast = await page
      .locator('.line.at')
      .evaluate(
        line => line.nextElementSibling !== null && line.nextElementSibling.nextElementSibling === null,
      );
    expect(isSecondLast).toBe(true);
  }));

const hostile = [
  '<script>globalThis.isTaken = true</script>',
  '<img src=x onerror="globalThis.isTaken = true">',
  '</div></section><h1>passed</h1>',
  '&lt;b&gt; &amp; "quotes"',
];

test('what a suite prints stays text', () =>
  withPeople(async people => {
    const leased = await leaseOne(people);
    await leased.print(`${hostile.join('\n')}\n`);
    const page = await open(people.url + pageOf(leased));
    await showsLines(page, hostile);
    expect(await page.locator('#lines script, #lines img, #lines h1').count()).toBe(0);
    expect(await page.evaluate(() => 'isTaken' in globalThis)).toBe(false);
    expect(page.complaints).toEqual([]);
  }));

const esc = '\x1b';

const printed: [what: string, line: string, shown: string][] = [
  ['colours', `${esc}[1;31mred${esc}[0m and ${esc}[38;5;10mgreen${esc}[m`, 'red and green'],
  ['a link', `${esc}]8;;https://evil.example${esc}\\here${esc}]8;;${esc}\\`, 'here'],
  ['a title', `${esc}]0;gotcha\x07text`, 'text'],
  ['a cleared line', `${esc}[2K${esc}[1Gdone`, 'done'],
  ['a progress bar', '10%\r50%\r100%', '100%'],
  ['line ends of Windows', 'text\r', 'text'],
  ['a bell and a null', 'a\x07b\x00c', 'abc'],
  ['brackets at its beginning', '[INFO] text', '[INFO] text'],
  ['brackets after a tab', '\t[main] [0m]', '\t[main] [0m]'],
  ['half of a sequence', `text ${esc}[3`, 'text '],
  ['nothing', '', ''],
];

test('what was meant for a terminal is readable', () =>
  withPeople(async people => {
    const leased = await leaseOne(people);
    await leased.print(printed.map(([what, line]) => `${what}\n${line}\n`).join(''));
    const page = await open(people.url + pageOf(leased));
    await until('all lines are there', async () => (await linesOf(page)).length === 2 * printed.length);
    expect(await linesOf(page)).toEqual(printed.flatMap(([what, , shown]) => [what, shown]));
    expect(page.complaints).toEqual([]);
  }));

test('bytes that are no UTF-8 harm nothing, and characters that come in two parts are whole', () =>
  withPeople(async people => {
    const leased = await leaseOne(people);
    const page = await open(people.url + pageOf(leased));
    await leased.print(Buffer.from([0x61, 0xff, 0xfe, 0xc3, 0x0a]));
    await showsLines(page, ['a\ufffd\ufffd\ufffd']);
    const euro = Buffer.from('€\n');
    await leased.print(euro.subarray(0, 1));
    await leased.print(euro.subarray(1));
    await showsLines(page, ['a\ufffd\ufffd\ufffd', '€']);
    expect(page.complaints).toEqual([]);
  }));

test('a line without end does not stop the page', () =>
  withPeople(async people => {
    const leased = await leaseOne(people);
    const page = await open(people.url + pageOf(leased));
    for (let n = 0; n < 20; n++) await leased.print('z'.repeat(250_000));
    await leased.print('\nnext\n');
    await until('the next line', async () => (await linesOf(page)).at(-1) === 'next');
    expect((await linesOf(page))[0]?.length).toBeLessThan(20_000);
    expect(page.complaints).toEqual([]);
  }));

test('steps stand before their lines, whichever came first', () =>
  withPeople(async people => {
    const leased = await leaseOne(people);
    await leased.stepStarts(0);
    await leased.print('configuring\nno line end');
    people.clock.now += 11_000;
    await leased.stepEnds(0, 0);
    await leased.stepStarts(1);
    await leased.print('checking\n');
    const page = await open(people.url + pageOf(leased));
    await showsLines(page, ['configuring', 'no line end', 'checking']);
    await leased.stepEnds(1, 2);
    await until('the step has failed', async () => (await page.locator('.step.failed').count()) === 1);
    const order = await page
      .locator('#lines .step, #lines .line')
      .evaluateAll(all => all.map(each => each.textContent));
    expect(order).toEqual([
      './configureexit 0 after 0:11',
      'configuring',
      'no line end',
      expect.stringMatching(/^make checkexit 2/),
      'checking',
    ]);
    const rail = await page.locator('.steps li').evaluateAll(all => all.map(each => each.textContent));
    expect(rail).toEqual(['✓passed./configure0:11', expect.stringMatching(/^✕failedmake check/)]);
  }));

test('a log that its agent sends anew is shown anew, with its steps', () =>
  withPeople(
    async people => {
      const leased = await leaseOne(people);
      const page = await open(people.url + pageOf(leased));
      await showsLines(page, ['right', 'more']);
      expect(await page.locator('.step').count()).toBe(1);
      expect(page.complaints).toEqual([]);
    },
    real => ({
      ...real,
      async *tail() {
        const bytes = (text: string) => ({ type: 'bytes', offset: 0, bytes: btoa(text) }) as const;
        const mark = { type: 'step-started', seq: 0, at: 1, offset: 0, step: 0 } as const;
        yield { type: 'marks', marks: [mark] };
        yield bytes('wrong\nwrong\nwro');
        yield bytes('right\nmore\n');
        yield { type: 'end', seal: { state: 'partial', bytes: 11, reason: 'a test' } };
      },
    }),
  ));
