/** The page of merging: what is under way, in line, held up, and what became of the rest. Its looks: `gallery.test.ts`. */
import { expect, test } from 'vitest';
import { saveMergeEntry } from '#coordinator/store/merge-entries.ts';
import { shows, useBrowser, type WatchedPage } from '#test/support/browser.ts';
import { addAsked, addBatch, pauseLane } from '#test/support/people/merging.ts';
import { addRepository } from '#test/support/people/rows.ts';
import { signedIn, signedInAs } from '#test/support/people/sign-in.ts';
import { type People, withPeople } from '#test/support/people/with-people.ts';
import { until } from '#test/support/until.ts';

const open = useBrowser();
const openMerging = async (people: People) => open(`${people.url}/merging`, await signedIn(people));
const region = (name: string) => `section[aria-label="${name}"]`;
const numbers = (page: WatchedPage, name: string) =>
  page.locator(`${region(name)} .delivery-event`).allInnerTexts();

test('while nothing is asked for it says who asks, and how', () =>
  withPeople(async people => {
    const page = await openMerging(people);
    await shows(page, 'main', 'Nothing is asked to be merged');
    await shows(page, 'main', "paddock merge 'owner/name#12'");
    expect(await page.locator('h2').allInnerTexts()).toHaveLength(1);
    expect(page.complaints).toEqual([]);
  }));

test('what is tested together stands together, then the line by priority, then what is held up and why', () =>
  withPeople(async people => {
    await addBatch(people, [4, 3]);
    await addAsked(people, { number: 5 });
    await addAsked(people, { number: 6, title: '<img src=x> **bold**', priority: 5 });
    const why = '1 of 2 jobs are not done: netbsd-10';
    await addAsked(people, { number: 7, state: { status: 'waiting', since: 1, why } });
    const page = await openMerging(people);
    await shows(page, `${region('Under way')} header`, 'testing');
    const together = await page.locator(`${region('Under way')} article li > span`).allInnerTexts();
    expect(together).toEqual(['#4 Change 4 octocat', '#3 Change 3 octocat']);
    expect(await numbers(page, 'In line')).toEqual(['#6', '#5']);
    await shows(page, `${region('In line')} li`, '<img src=x> **bold**');
    await shows(page, `${region('In line')} li`, '1st in line · priority 5');
    await shows(page, region('Held up'), `waits: ${why}`);
    expect(page.complaints).toEqual([]);
  }));

test('what lands while somebody looks moves, and a branch that pauses says why', () =>
  withPeople(async people => {
    const entry = await addAsked(people, { number: 5 });
    const page = await openMerging(people);
    await shows(page, region('In line'), '#5');
    const commit = entry.headSha;
    await people.store.write(tx =>
      saveMergeEntry(tx, { ...entry, state: { status: 'landed', at: 2, commit, isToClose: false } }),
    );
    await addAsked(people, { number: 6 });
    await pauseLane(people, 'GitHub could not be reached', people.clock.now + 600_000);
    await shows(page, region('Over'), `landed on main as ${commit.slice(0, 7)}`);
    await shows(page, '[role=status]', 'GitHub could not be reached');
    expect(await numbers(page, 'In line')).toEqual(['#6']);
    expect(page.complaints).toEqual([]);
  }));

test('from everywhere the palette leads to it, and from there the keyboard to the run that tests', () =>
  withPeople(async people => {
    const run = await addBatch(people, [4, 3]);
    const page = await open(people.url);
    await shows(page, 'main', '#4, #3 into main');
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog').locator('input:focus').waitFor();
    await page.keyboard.type('merging');
    await page.getByRole('dialog').getByRole('button', { name: 'Merging', exact: true }).waitFor();
    await page.keyboard.press('Enter');
    await shows(page, region('Under way'), '#4');
    await page.getByRole('link', { name: 'the run of #4 #3' }).focus();
    await page.keyboard.press('Enter');
    await until('it is the page of the run', () => new URL(page.url()).pathname === `/runs/${run}`);
    expect(page.complaints).toEqual([]);
  }));

test('a stranger sees nothing of private repositories', () =>
  withPeople(async people => {
    const secret = await addRepository(people, { fullName: 'acme/secret', isPrivate: true });
    await addAsked(people, { number: 8, title: 'Not for strangers' }, secret);
    await shows(await openMerging(people), 'main', 'Not for strangers');
    await shows(await open(`${people.url}/merging`), 'main', 'Nothing is asked to be merged');
  }));

test('a maintainer takes a merge back, from the line and from what is tested together', () =>
  withPeople(async people => {
    await addBatch(people, [4, 3]);
    await addAsked(people, { number: 5 });
    const kim = await signedInAs(people, 'kim', { 'acme/rocket': 'maintainer' });
    const page = await open(`${people.url}/merging`, kim);
    await page.getByRole('button', { name: 'Take back the merge of acme/rocket #5' }).click();
    await shows(page, 'dialog', 'Take back the merge of #5?');
    await page.getByRole('dialog').getByRole('button', { name: 'Take back' }).click();
    await shows(page, region('Over'), 'kim took it back');
    await page.getByRole('button', { name: 'Take back the merge of acme/rocket #3' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Take back' }).click();
    await until('it is over', async () => (await numbers(page, 'Over')).includes('#3'));
    // What was tested with it is in line again.
    expect(await numbers(page, 'In line')).toEqual(['#4']);
    const ended = page.locator(region('Over')).getByRole('button', { name: 'Take back' });
    expect(await ended.count()).toBe(0);
    expect(page.complaints).toEqual([]);
  }));

test('whoever may not merge is offered none to take back', () =>
  withPeople(async people => {
    await addBatch(people, [4]);
    await addAsked(people, { number: 5 });
    const kim = await signedInAs(people, 'kim', { 'acme/rocket': 'contributor' });
    for (const reader of [kim, {}]) {
      const page = await open(`${people.url}/merging`, reader);
      await shows(page, region('In line'), '#5');
      await page.locator('.who').waitFor();
      expect(await page.getByRole('button', { name: 'Take back' }).count()).toBe(0);
    }
  }));
