/** What a suite prints is shown and does nothing, in a real browser. */
import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { useBrowser } from '#test/support/browser.ts';
import { withPeople } from '#test/support/people/with-people.ts';
import { until } from '#test/support/until.ts';
import { leaseOne, linesOf, pageOf, rows, showsInView, showsLines } from './log-page.ts';

const open = useBrowser();
const esc = '\x1b';

const hostile = [
  '<script>globalThis.isTaken = true</script>',
  '<img src=x onerror="globalThis.isTaken = true">',
  '</div></section><h1>passed</h1>',
  '&lt;b&gt; &amp; "quotes"',
  '__proto__ constructor toString',
];

test('what a suite prints stays text', () =>
  withPeople(async people => {
    const leased = await leaseOne(people);
    await leased.print(`${hostile.join('\n')}\n`);
    const page = await open(people.url + pageOf(leased));
    await showsLines(page, hostile);
    expect(await page.locator('#log-lines script, #log-lines img, #log-lines h1').count()).toBe(0);
    expect(await page.evaluate('"isTaken" in globalThis')).toBe(false);
    expect(page.complaints).toEqual([]);
  }));

const printed: [what: string, line: string, shown: string][] = [
  ['colours', `${esc}[1;31mred${esc}[0m and ${esc}[38;5;10mgreen${esc}[m`, 'red and green'],
  ['a title', `${esc}]0;gotcha\x07text`, 'text'],
  ['a cleared line', `${esc}[2K${esc}[1Gdone`, 'done'],
  ['a cleared screen', `${esc}[2J${esc}[H${esc}ctext`, 'text'],
  ['another screen, a hidden cursor', `${esc}[?1049h${esc}[?25ltext`, 'text'],
  ['what is asked of a terminal', `${esc}[c${esc}[6n${esc}P$q"p${esc}\\text`, 'text'],
  ['a clipboard', `${esc}]52;c;ZXZpbA==\x07text`, 'text'],
  ['a progress bar', '10%\r50%\r100%', '100%'],
  ['line ends of Windows', 'text\r', 'text'],
  ['a bell and a null', 'a\x07b\x00c', 'abc'],
  ['text that turns around', 'user\u202e\u2066// check\u2069', 'user// check'],
  ['brackets after a tab', '\t[main] [0m]', '\t[main] [0m]'],
  ['half of a sequence', `text ${esc}[3`, 'text '],
  ['nothing', '', ''],
];

test('what was meant for a terminal is readable, and nothing of it is obeyed', () =>
  withPeople(async people => {
    const leased = await leaseOne(people);
    await leased.print(printed.map(([what, line]) => `${what}\n${line}\n`).join(''));
    const page = await open(people.url + pageOf(leased));
    await until('all lines are there', async () => (await linesOf(page)).length === 2 * printed.length);
    expect(await linesOf(page)).toEqual(printed.flatMap(([what, , shown]) => [what, shown]));
    expect(page.complaints).toEqual([]);
  }));

test('links lead to pages in a new tab that knows nothing of this one; other links are text', () =>
  withPeople(async people => {
    const leased = await leaseOne(people);
    const link = (address: string) => `${esc}]8;;${address}${esc}\\here${esc}]8;;${esc}\\\n`;
    await leased.print(
      link('https://docs.example/x') + link('javascript:globalThis.isTaken=true') + link('data:text/html,x'),
    );
    const page = await open(people.url + pageOf(leased));
    await showsLines(page, ['here', 'here', 'here']);
    const links = page.locator('.log-text a');
    expect(await links.count()).toBe(1);
    expect(await links.getAttribute('href')).toBe('https://docs.example/x');
    expect(await links.getAttribute('rel')).toContain('noopener');
    expect(await links.getAttribute('target')).toBe('_blank');
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
    await leased.print(randomBytes(300_000));
    await leased.print('\nthe end\n');
    await showsInView(page, 'the end');
    expect(page.complaints).toEqual([]);
  }));

test.each(['live', 'over'])(
  'a line of ten million characters is cut, shown as far as wanted, and the next one follows (%s)',
  when =>
    withPeople(async people => {
      const leased = await leaseOne(people);
      for (let n = 0; n < 40; n++) await leased.print('z'.repeat(250_000));
      await leased.print('\nnext\n');
      if (when === 'over') await leased.exit(0);
      const page = await open(people.url + pageOf(leased));
      await until('both lines are there', async () => (await linesOf(page)).length === 2);
      const long = rows(page).first();
      await until('it is cut', async () => (await long.textContent())?.includes('more characters'));
      expect((await long.locator('.log-text').textContent())?.length).toBeLessThan(11_000);
      expect((await linesOf(page))[1]).toBe('next');
      await long.getByRole('button', { name: 'show all' }).click();
      await until('all of it that is here', async () =>
        (await long.locator('.log-text').textContent())?.includes('more are in the raw log'),
      );
      expect((await long.locator('.log-text').textContent())?.length).toBeGreaterThan(500_000);
      expect(page.complaints).toEqual([]);
    }),
);

test('marks that pile up stay in their line', () =>
  withPeople(async people => {
    const leased = await leaseOne(people);
    await leased.print(`one\na${'\u0301'.repeat(500)}\nthree\n`);
    const page = await open(people.url + pageOf(leased));
    await until('the lines are there', async () => (await linesOf(page)).length === 3);
    const style = `getComputedStyle(document.querySelectorAll('.log-line')[1]).overflowY`;
    expect(await page.evaluate(style)).toBe('clip');
  }));
