/** A log that is read: where it opens, links to its lines, steps, keys, what is copied. */
import { expect, test } from 'vitest';
import { useBrowser, type WatchedPage } from '#test/support/browser.ts';
import type { Lease } from '#test/support/people/lease.ts';
import { type People, withPeople } from '#test/support/people/with-people.ts';
import { until } from '#test/support/until.ts';
import { inView, leaseOne, linesOf, numbered, pageOf, rows, showsInView, showsLines } from './log-page.ts';

const open = useBrowser();

/** A step that passes and one that fails, with many lines each. */
async function failedLog(people: People): Promise<Lease> {
  const leased = await leaseOne(people);
  await leased.stepStarts(0);
  await leased.print(numbered(500, 'configured'));
  people.clock.now += 11_000;
  await leased.stepEnds(0, 0);
  await leased.stepStarts(1);
  await leased.print(`${numbered(500, 'checked')}parser.c:88: expected 1, got 0\n`);
  people.clock.now += 54_000;
  await leased.stepEnds(1, 2);
  await leased.print(numbered(200, 'afterwards'));
  await leased.exit(2);
  return leased;
}

const pressed = (page: WatchedPage, name: string) =>
  page.getByRole('button', { name, exact: true }).getAttribute('aria-pressed');

test('a failed log opens where its step failed, under the name of the step', () =>
  withPeople(async people => {
    const page = await open(people.url + pageOf(await failedLog(people)));
    await showsInView(page, 'parser.c:88: expected 1, got 0');
    expect(await inView(page)).not.toContain('afterwards 1');
    expect(await page.locator('.log-sticky').innerText()).toMatch(/make check\s+exit 2 after 0:54/);
    expect(page.complaints).toEqual([]);
  }));

test('a log that passed opens at its beginning, and one that was cut off at its end', () =>
  withPeople(async people => {
    const [passed, lost] = [await leaseOne(people), await leaseOne(people)];
    for (const leased of [passed, lost]) await leased.print(numbered(300));
    await passed.exit(0);
    await lost.end({ reason: 'lost', message: 'its host stopped answering' }, 'the machine was lost');
    await showsInView(await open(people.url + pageOf(passed)), 'line 1');
    await showsInView(await open(people.url + pageOf(lost)), 'line 300');
  }));

test('a hundred thousand lines are all there, and the page stays quick', { timeout: 60_000 }, () =>
  withPeople(async people => {
    const leased = await leaseOne(people);
    const page = await open(people.url + pageOf(leased));
    await page.evaluate(`globalThis.tasks = [];
      new PerformanceObserver(list => tasks.push(...list.getEntries().map(entry => entry.duration)))
        .observe({ type: 'longtask' });`);
    await leased.print(numbered(100_000, 'line that says a lot'));
    await leased.exit(0);
    await showsInView(page, 'line that says a lot 100000', 45_000);
    await page.keyboard.press('g');
    await showsInView(page, 'line that says a lot 1');
    await page.keyboard.press('G');
    await showsInView(page, 'line that says a lot 100000');
    expect(Math.max(0, ...(await page.evaluate<number[]>('tasks')))).toBeLessThan(2_000);
    expect(await rows(page).count()).toBeLessThan(200);
    await page.goto(`${people.url}${pageOf(leased)}#L50000`);
    await page.reload();
    await showsInView(page, 'line that says a lot 50000');
    expect(page.complaints).toEqual([]);
  }),
);

test('a click on a number makes a link to that line, another with shift to all up to there, and the link leads there', () =>
  withPeople(async people => {
    const leased = await leaseOne(people);
    await leased.print(numbered(900));
    await leased.exit(0);
    const page = await open(people.url + pageOf(leased));
    await showsInView(page, 'line 9');
    await page.locator('.log-number[data-number="7"]').click();
    expect(new URL(page.url()).hash).toBe('#L7');
    await page.locator('.log-number[data-number="9"]').click({ modifiers: ['Shift'] });
    expect(new URL(page.url()).hash).toBe('#L7-L9');
    expect(await page.locator('.log-selected .log-text').allTextContents()).toEqual([
      'line 7',
      'line 8',
      'line 9',
    ]);
    await page.locator('.log-text', { hasText: 'line 3' }).first().click();
    expect(new URL(page.url()).hash).toBe('#L7-L9');
    await page.goto(`${people.url}${pageOf(leased)}#L777-L778`);
    await page.reload();
    await showsInView(page, 'line 777');
    expect(await page.locator('.log-selected .log-text').allTextContents()).toEqual(['line 777', 'line 778']);
    await page.evaluate(`location.hash = '#L5'`);
    await showsInView(page, 'line 5');
    expect(page.complaints).toEqual([]);
  }));

test('y copies a link that leads to this attempt, also when there are others', () =>
  withPeople(async people => {
    const leased = await leaseOne(people);
    await leased.print(numbered(10));
    await leased.exit(0);
    const page = await open(people.url + pageOf(leased), {
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    await showsInView(page, 'line 4');
    await page.locator('.log-number[data-number="4"]').click();
    await page.keyboard.press('y');
    await until(
      'it is said',
      async () => (await page.locator('.log-said').first().textContent()) === 'the link is copied',
    );
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(
      `${people.url}${pageOf(leased)}?attempt=1#L4`,
    );
  }));

test('what is selected is copied without the numbers', () =>
  withPeople(async people => {
    const leased = await leaseOne(people);
    await leased.print('one\n\ttwo\n\x1b[31mthree\x1b[0m\n');
    await leased.exit(0);
    const page = await open(people.url + pageOf(leased));
    await showsLines(page, ['one', '\ttwo', 'three']);
    const copied = await page.evaluate<string>(`(() => {
      getSelection().selectAllChildren(document.querySelector('.log-rows'));
      return getSelection().toString();
    })()`);
    expect(copied.trim().split(/\n+/)).toEqual(['one', '\ttwo', 'three']);
  }));

test('steps stand before their lines, whichever came first, and fold', () =>
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
    await until(
      'the step has failed',
      async () => (await page.locator('.log-rows .log-failed').count()) === 1,
    );
    const order = await page.locator('.log-rows .log-step-name, .log-rows .log-text').allTextContents();
    expect(order).toEqual(['./configure', 'configuring', 'no line end', 'make check', 'checking']);
    const [header] = await page.locator('.log-rows .log-step').all();
    expect(await header?.innerText()).toMatch(/passed:\s+\.\/configure\s+exit 0 after 0:11/);
    await header?.click();
    await showsLines(page, ['checking']);
    expect(await header?.getAttribute('aria-expanded')).toBe('false');
    await page.evaluate(`location.hash = '#L1'`);
    await showsLines(page, ['configuring', 'no line end', 'checking']);
    expect(page.complaints).toEqual([]);
  }));

test('everything works from the keyboard', () =>
  withPeople(async people => {
    const page = await open(people.url + pageOf(await failedLog(people)));
    await showsInView(page, 'parser.c:88: expected 1, got 0');
    await page.keyboard.press('g');
    await showsInView(page, 'configured 1');
    await page.keyboard.press(']');
    await showsInView(page, 'checked 1');
    await page.keyboard.press('[');
    await showsInView(page, 'configured 1');
    await page.keyboard.press('G');
    await showsInView(page, 'afterwards 200');
    await page.keyboard.press('e');
    await showsInView(page, 'parser.c:88: expected 1, got 0');
    await page.keyboard.press('w');
    expect(await pressed(page, 'wrap')).toBe('false');
    await page.keyboard.press('t');
    expect(await pressed(page, 'time: of day')).toBe('true');
    await page.keyboard.press('t');
    await page.keyboard.press('g');
    await until('times are there', async () =>
      (await page.locator('.log-time').allTextContents()).includes('+0:00'),
    );
    await page.keyboard.press('?');
    expect(await page.getByRole('dialog').isVisible()).toBe(true);
    await page.keyboard.press('Escape');
    expect(await page.getByRole('dialog').isVisible()).toBe(false);
    await page.locator('#log-lines').focus();
    await page.keyboard.press('PageDown');
    await showsInView(page, 'configured 30');
    expect(page.complaints).toEqual([]);
  }));

test('lines of a log that is over have the time at which they came', () =>
  withPeople(async people => {
    const leased = await leaseOne(people);
    for (const line of ['one\n', 'two\n', 'three\n']) {
      await leased.print(line);
      people.clock.now += 61_000;
    }
    await leased.exit(0);
    const page = await open(people.url + pageOf(leased));
    await showsLines(page, ['one', 'two', 'three']);
    await page.keyboard.press('t');
    await page.keyboard.press('t');
    const times = () => page.locator('.log-time').allTextContents();
    await until('each has its time', async () => (await times()).join() === '+0:00,+1:01,+2:02');
  }));

test('a step of the address is where the log opens', () =>
  withPeople(async people => {
    const page = await open(`${people.url}${pageOf(await failedLog(people))}#step-1`);
    await showsInView(page, 'checked 1');
    await page.evaluate(`location.hash = '#step-0'`);
    await showsInView(page, 'configured 1');
  }));

test('the bar at the side leads anywhere', () =>
  withPeople(async people => {
    const leased = await leaseOne(people);
    await leased.print(numbered(50_000));
    await leased.exit(0);
    const page = await open(people.url + pageOf(leased));
    await showsInView(page, 'line 1');
    const bar = await page.locator('.log-minimap').boundingBox();
    if (!bar) throw new Error('there is no bar');
    await page.mouse.click(bar.x + 7, bar.y + bar.height / 2);
    await until('the middle is in view', async () => {
      const [text = ''] = await inView(page);
      return Math.abs(Number(text.split(' ')[1]) - 25_000) < 300;
    });
    await page.mouse.move(bar.x + 7, bar.y + bar.height / 2);
    await page.mouse.down();
    await page.mouse.move(bar.x + 7, bar.y + bar.height + 50, { steps: 10 });
    await page.mouse.up();
    await showsInView(page, 'line 50000');
    expect(page.complaints).toEqual([]);
  }));

test('on a phone lines wrap, and nothing is wider than it', () =>
  withPeople(async people => {
    const leased = await leaseOne(people);
    await leased.print(`${'word '.repeat(60)}\n${'x'.repeat(400)}\n`);
    await leased.exit(0);
    const page = await open(people.url + pageOf(leased), { viewport: { width: 375, height: 700 } });
    await until('the lines are there', async () => (await linesOf(page)).length === 2);
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    expect(
      await page.evaluate(
        `(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)(document.querySelector('#log-lines'))`,
      ),
    ).toBe(0);
  }));

test('lines that do not wrap are scrolled sideways, and keep their numbers in view', () =>
  withPeople(async people => {
    const leased = await leaseOne(people);
    await leased.print(`short\n${'x'.repeat(2_000)}\n`);
    await leased.exit(0);
    const page = await open(people.url + pageOf(leased));
    await until('the lines are there', async () => (await linesOf(page)).length === 2);
    await page.keyboard.press('w');
    const left = await until('it is scrolled', () =>
      page.evaluate<number>(`(list => {
        list.scrollLeft = 5_000;
        return list.scrollLeft;
      })(document.querySelector('#log-lines'))`),
    );
    expect(left).toBeGreaterThan(5 * 700);
    const list = await page.locator('#log-lines').boundingBox();
    const number = await page.locator('.log-number').nth(1).boundingBox();
    expect(number?.x).toBe(list?.x);
  }));
