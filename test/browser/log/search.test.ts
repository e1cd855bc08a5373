/** Searching in a log, in a real browser. */
import { expect, test } from 'vitest';
import { useBrowser, type WatchedPage } from '#test/support/browser.ts';
import { withPeople } from '#test/support/people/with-people.ts';
import { until } from '#test/support/until.ts';
import { leaseOne, numbered, pageOf, showsInView } from './log-page.ts';

const open = useBrowser();

const saysFound = (page: WatchedPage, text: string) =>
  until(
    `the search says "${text}"`,
    async () => (await page.locator('.log-search .log-said').textContent()) === text,
  );

const search = async (page: WatchedPage, text: string) => {
  await page.keyboard.press('/');
  await page.getByRole('searchbox').fill(text);
};

test('finds lines wherever they are, and goes from one to the next and round', () =>
  withPeople(async people => {
    const leased = await leaseOne(people);
    await leased.print(
      `needle first\n${numbered(30_000)}a \x1b[31mnee\x1b[0mdle\n${numbered(30_000)}needle last\n`,
    );
    await leased.exit(0);
    const page = await open(people.url + pageOf(leased));
    await showsInView(page, 'needle first');
    await search(page, 'NEEDLE');
    await saysFound(page, '3 lines');
    await page.keyboard.press('Enter');
    await saysFound(page, '1 of 3 lines');
    await page.keyboard.press('Enter');
    await saysFound(page, '2 of 3 lines');
    await showsInView(page, 'a needle');
    expect(await page.locator('.log-current mark').allTextContents()).toEqual(['nee', 'dle']);
    await page.locator('#log-lines').focus();
    await page.keyboard.press('n');
    await showsInView(page, 'needle last');
    await page.keyboard.press('n');
    await showsInView(page, 'needle first');
    await page.keyboard.press('Shift+N');
    await showsInView(page, 'needle last');
    expect(await page.locator('.log-minimap b').count()).toBe(3);
    await page.getByRole('searchbox').press('Escape');
    await until('the search is closed', async () => (await page.locator('mark').count()) === 0);
    expect(page.complaints).toEqual([]);
  }));

test('with capitals, with a regular expression, and with one that is none', () =>
  withPeople(async people => {
    const leased = await leaseOne(people);
    await leased.print('Error 1\nerror 2\nerr.r\n');
    await leased.exit(0);
    const page = await open(people.url + pageOf(leased));
    await showsInView(page, 'error 2');
    await search(page, 'error');
    await saysFound(page, '2 lines');
    await page.getByRole('button', { name: 'capitals count' }).click();
    await saysFound(page, '1 line');
    await page.getByRole('searchbox').fill('err.r');
    await saysFound(page, '1 line');
    await page.getByRole('button', { name: 'regular expression' }).click();
    await saysFound(page, '2 lines');
    await page.getByRole('searchbox').fill('nowhere');
    await saysFound(page, 'not found');
    await page.getByRole('searchbox').fill('(');
    await until('it says what is wrong', async () =>
      (await page.locator('.log-search .log-said').textContent())?.includes('this is no regular expression'),
    );
  }));

test('opens the step in which it has found something, and goes on as the log grows', () =>
  withPeople(async people => {
    const leased = await leaseOne(people);
    await leased.stepStarts(0);
    await leased.print('needle one\n');
    await leased.stepEnds(0, 0);
    await leased.stepStarts(1);
    await leased.print('more\n');
    const page = await open(people.url + pageOf(leased));
    await showsInView(page, 'needle one');
    await page.locator('.log-rows .log-step').first().click();
    await until('it is folded', async () => (await page.locator('.log-line').count()) === 1);
    await search(page, 'needle');
    await saysFound(page, '1 line');
    await page.keyboard.press('Enter');
    await showsInView(page, 'needle one');
    await leased.print('needle two\n');
    await saysFound(page, '1 of 2 lines');
    expect(page.complaints).toEqual([]);
  }));
