/** The list of runs: beginning, what is new, what changes, filters, older ones, a coordinator that goes and comes back. */
import { expect, test } from 'vitest';
import { shows, useBrowser, type WatchedPage } from '#test/support/browser.ts';
import { lease } from '#test/support/people/lease.ts';
import { startProxy } from '#test/support/people/proxy.ts';
import { addJob, addRepository, addRun } from '#test/support/people/rows.ts';
import { withPeople } from '#test/support/people/with-people.ts';
import { until } from '#test/support/until.ts';

const open = useBrowser();

const titles = (page: WatchedPage) => page.locator('.run-title').allTextContents();
const showsTitles = (page: WatchedPage, expected: string[]) =>
  until(`the list is ${expected.join(', ')}`, async () => (await titles(page)).join() === expected.join());

test('the first page teaches how to begin, and shows the first run by itself', () =>
  withPeople(async people => {
    const page = await open(people.url);
    await shows(page, 'main', 'No run yet');
    await shows(page, 'main', 'paddock run . --command "make check"');
    await shows(page, 'main', `${people.url}/hooks/github`);
    await addRun(people, { title: 'The very first' });
    await showsTitles(page, ['The very first']);
    expect(await page.locator('.first').count()).toBe(0);
    expect(page.complaints).toEqual([]);
  }));

test('a new run announces itself and does not push what is being read', () =>
  withPeople(async people => {
    await addRun(people, { title: 'An old one' });
    const page = await open(people.url);
    await showsTitles(page, ['An old one']);
    await addRun(people, { title: 'A new one' });
    await addRun(people, { title: 'Another one' });
    await shows(page, '.news', '2 new runs · show');
    expect(await titles(page)).toEqual(['An old one']);
    await page.locator('.news').click();
    await showsTitles(page, ['Another one', 'A new one', 'An old one']);
    expect(await page.locator('.news').count()).toBe(0);
    expect(page.complaints).toEqual([]);
  }));

test('a run that does not fit the filter is not announced', () =>
  withPeople(async people => {
    await addRun(people, { title: 'Mine', author: 'octocat' });
    const page = await open(`${people.url}/?author=octocat`);
    await showsTitles(page, ['Mine']);
    await addRun(people, { title: 'Of another', author: 'hubot' });
    await addRun(people, { title: 'Mine too', author: 'octocat' });
    await shows(page, '.news', '1 new run · show');
    await page.locator('.news').click();
    await showsTitles(page, ['Mine too', 'Mine']);
  }));

test('a run that goes on changes in its place, the mark of the tab with it, and the keyboard stays where it is', () =>
  withPeople(async people => {
    const job = await addJob(people, await addRun(people, { title: 'Mine' }));
    const page = await open(people.url);
    await page.getByRole('link', { name: 'Mine' }).focus();
    const leased = await lease(people, job);
    await shows(page, '.run-row .shape', 'running');
    const mark = () => page.locator('link[rel=icon]').getAttribute('href');
    await until('the tab says it runs', async () => (await mark()) === '/assets/mark-running.svg');
    await leased.exit(0);
    await shows(page, '.run-row .shape', 'passed');
    await until('its square is green', async () => (await page.locator('.square.tone-passed').count()) === 1);
    await until('so is the tab', async () => (await mark()) === '/assets/mark-passed.svg');
    expect(await page.locator(':focus').textContent()).toBe('Mine');
    expect(page.complaints).toEqual([]);
  }));

test('a suite file with a mistake says where it is', () =>
  withPeople(async people => {
    const position = { file: '.paddock.yml', line: 12, column: 5 };
    const at = people.clock.now;
    // As the reader of the file says it.
    const message = '.paddock.yml:12:5 unknown key "stepz"';
    const state = { status: 'refused', at, message, position } as const;
    const run = await addRun(people, { state });
    for (const path of ['/', `/runs/${run.id}`]) {
      const page = await open(people.url + path);
      await shows(page, 'main', message);
      expect((await page.locator('main').innerText()).split('.paddock.yml:12:5')).toHaveLength(2);
    }
  }));

test('filters stand in the address, and going back takes them away again', () =>
  withPeople(async people => {
    const repository = await addRepository(people, { fullName: 'acme/b' });
    await addRun(people, { title: 'b by octocat' }, repository);
    await addJob(people, await addRun(people, { title: 'a by hubot', author: 'hubot' }), {
      image: 'netbsd-10',
    });
    const page = await open(people.url);
    await page.getByRole('link', { name: 'Only repository acme/b' }).click();
    await showsTitles(page, ['b by octocat']);
    expect(page.url()).toContain('repository=acme%2Fb');
    await page.goBack();
    await showsTitles(page, ['a by hubot', 'b by octocat']);
    await page.getByLabel('Find').fill('HUBOT');
    await showsTitles(page, ['a by hubot']);
    expect(page.url()).toContain('text=HUBOT');
    await page.getByLabel('Outcome').selectOption('passed');
    await shows(page, 'main', 'No run fits these filters.');
    await page.getByRole('button', { name: 'Clear' }).click();
    await showsTitles(page, ['a by hubot', 'b by octocat']);
    await page.locator('input[aria-label=Image]').fill('netbsd-10');
    await page.keyboard.press('Enter');
    await showsTitles(page, ['a by hubot']);
    expect(page.complaints).toEqual([]);
  }));

test('the slash leads to the words one looks for', () =>
  withPeople(async people => {
    await addRun(people, { title: 'One' });
    const page = await open(people.url);
    await showsTitles(page, ['One']);
    await page.keyboard.press('/');
    await page.keyboard.type('128');
    await shows(page, 'main', 'No run fits these filters.');
    expect(new URL(page.url()).search).toBe('?text=128');
  }));

test('an address with a filter that is none shows all runs', () =>
  withPeople(async people => {
    await addRun(people, { title: 'One' });
    const page = await open(`${people.url}/?change=many&outcome=good`);
    await showsTitles(page, ['One']);
  }));

test('older runs come when their place comes into view', () =>
  withPeople(async people => {
    for (let n = 0; n < 120; n++) await addRun(people, { title: `run ${n}` });
    const page = await open(people.url);
    await until('the newest are there', async () => (await titles(page)).length >= 50);
    await until('the oldest is too', async () => {
      await page.keyboard.press('End');
      return (await titles(page)).at(-1) === 'run 0';
    });
    expect(await titles(page)).toEqual(Array.from({ length: 120 }, (_, n) => `run ${119 - n}`));
  }));

test('while the coordinator is away the list says so; what it missed it catches up with', () =>
  withPeople(async people => {
    const proxy = await startProxy(people.port);
    const job = await addJob(people, await addRun(people, { title: 'Mine' }));
    const page = await open(proxy.url);
    await showsTitles(page, ['Mine']);
    proxy.suspend();
    await shows(page, '.banner', 'The coordinator does not answer. Trying again in');
    await (await lease(people, job)).exit(1);
    await addRun(people, { title: 'Meanwhile' });
    proxy.resume();
    await page.getByRole('button', { name: 'Try now' }).click();
    await shows(page, '.run-row .shape', 'failed');
    await shows(page, '.news', '1 new run');
    expect(await titles(page)).toEqual(['Mine']);
    expect(await page.locator('.banner').count()).toBe(0);
    await proxy.close();
  }));
