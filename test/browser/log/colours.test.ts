/** Colours of a terminal, in a real browser: those with a name, the palette, and any other. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { useBrowser } from '#test/support/browser.ts';
import { withPeople } from '#test/support/people/with-people.ts';
import { until } from '#test/support/until.ts';
import { leaseOne, linesOf, pageOf } from './log-page.ts';

const open = useBrowser();
const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const esc = '\x1b';

const codes = Array.from({ length: 256 }, (_, n) => n);
const palette = codes.map(
  n => `${esc}[38;5;${n}m ${n} ${esc}[48;5;${n}m ${n} ${esc}[0;7;38;5;${n}m ${n} ${esc}[0m`,
);
const others = ['255;255;0', '0;0;60', '128;128;128', '1;1;1', '254;254;254'].map(
  colour => `${esc}[38;2;${colour}m text ${esc}[2;3;4;9m text ${esc}[0;48;2;${colour}m text ${esc}[0m`,
);
/** Few lines, so that all of them are on the screen. */
const printed = [0, 1, 2, 3, 4, 5, 6, 7]
  .map(row => palette.slice(row * 32, row * 32 + 32).join(''))
  .concat(others);

const faint = `axe.run(document.querySelector('#log-lines'), { runOnly: ['color-contrast'] }).then(({ violations }) =>
  violations.flatMap(({ nodes }) => nodes.map(({ html, any }) => html + ' ' + any[0].message)))`;

test.each(['light', 'dark'] as const)(
  'all of them can be read in the %s, as text and as ground',
  colorScheme =>
    withPeople(async people => {
      const leased = await leaseOne(people);
      await leased.print(`${printed.join('\n')}\n`);
      await leased.exit(0);
      const look = { colorScheme, viewport: { width: 1_800, height: 1_400 } };
      const page = await open(people.url + pageOf(leased), look);
      await until('the lines are there', async () => (await linesOf(page)).length === printed.length);
      expect(await page.locator('.log-text span').count()).toBeGreaterThan(700);
      await page.evaluate(axe);
      expect(await page.evaluate(faint)).toEqual([]);
      expect(page.complaints).toEqual([]);
    }),
);
