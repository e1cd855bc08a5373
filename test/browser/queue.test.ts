/** The Queue page: why a job waits, and the press that lets it go on. Its looks: `gallery.test.ts`. */
import { expect, test } from 'vitest';
import { attemptId } from '#shared/ids.ts';
import { shows, useBrowser } from '#test/support/browser.ts';
import { addHost, addMachine, addVersionOf, reportOf, vmOf } from '#test/support/people/fleet.ts';
import { addForked, addJob, addRepository, addRun } from '#test/support/people/rows.ts';
import { signedIn } from '#test/support/people/sign-in.ts';
import { type People, withPeople } from '#test/support/people/with-people.ts';
import { until } from '#test/support/until.ts';

const open = useBrowser();
const netbsd = vmOf('netbsd-10', 'netbsd');
const region = (name: string) => `section[aria-label="${name}"]`;
const limit = region('at its limit: netbsd-10');

async function addFullPool(people: People) {
  await addVersionOf(people, netbsd, reportOf(people.clock.now, null));
  const attic = await addHost(people, 'attic');
  await attic.report();
  for (let n = 0; n < 2; n++) {
    const attempt = attemptId.parse(`attempt_${String(n).padStart(26, '0')}`);
    await addMachine(people, attic, netbsd, { attempt });
  }
}

test('while nothing waits it says so, and how a commit is tested', () =>
  withPeople(async people => {
    const page = await open(`${people.url}/queue`);
    await shows(page, 'main', 'Nothing waits');
    await shows(page, 'main', 'paddock run . --command "make check"');
    const run = await addRun(people);
    await addJob(people, run, { image: 'plan-9' });
    await shows(page, region('image is not there: plan-9'), 'no image called plan-9');
    expect(page.complaints).toEqual([]);
  }));

test('whoever may presses the remedy: one machine more, and the jobs wait for that one', () =>
  withPeople(async people => {
    await addFullPool(people);
    const run = await addRun(people);
    for (const suite of ['one', 'two']) await addJob(people, run, { suite, image: 'netbsd-10' });
    const page = await open(`${people.url}/queue`, await signedIn(people));
    for (const text of [
      'netbsd-10 may have 2 machines at once, and all of them are in use',
      '2 jobs',
      'netbsd-10/one',
      'next',
      '2nd in line',
      'would start 1 now: attic has room, the image is there',
    ])
      await shows(page, limit, text);
    const button = page.getByRole('button', { name: 'Allow one more' });
    await button.focus();
    await page.keyboard.press('Enter');
    await shows(page, '[role=status]', 'netbsd-10 may have 3 machines at once from now on.');
    await shows(page, region('machines are requested: netbsd-10'), 'more machines of netbsd-10');
    await people.fleet.tick();
    await shows(page, region('machines boot: netbsd-10'), '1 machine of netbsd-10 boots');
    await shows(page, limit, 'netbsd-10 may have 3 machines');
    expect(page.complaints).toEqual([]);
  }));

test('a maintainer approves from the queue; a stranger sees why and nothing to press, nothing private', () =>
  withPeople(async people => {
    await addForked(people);
    const secret = await addRepository(people, { fullName: 'acme/secret', isPrivate: true });
    await addJob(people, await addRun(people, { title: 'Hush' }, secret), { image: 'plan-9' });
    const stranger = await open(`${people.url}/queue`);
    await shows(stranger, region('waits for an approval'), 'a maintainer has to approve the commit');
    expect(await stranger.getByRole('button', { name: /Approve|Allow/ }).count()).toBe(0);
    expect(await stranger.locator('main').innerText()).not.toMatch(/Hush|plan-9|secret/);
    await shows(stranger, '.queue-top', '1 job waits');
    const page = await open(`${people.url}/queue`, await signedIn(people));
    await shows(page, '.queue-top', '2 jobs wait');
    await page.getByRole('button', { name: 'Approve 0000000' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Approve 0000000' }).click();
    await until(
      'nothing waits for an approval',
      async () => (await page.locator(region('waits for an approval')).count()) === 0,
    );
    expect([...page.complaints, ...stranger.complaints]).toEqual([]);
  }));

test('a long group opens as far as it is wanted, an image narrows it down, and the address says so', () =>
  withPeople(async people => {
    const run = await addRun(people);
    for (let n = 0; n < 130; n++) await addJob(people, run, { suite: `suite-${n}`, image: 'plan-9' });
    await addJob(people, run, { image: 'inferno' });
    const page = await open(`${people.url}/queue`);
    const group = region('image is not there: plan-9');
    const rows = page.locator(`${group} .queue-row`);
    await shows(page, group, 'Show 100 more of 120');
    expect(await rows.count()).toBe(10);
    await page.getByRole('button', { name: 'Show 100 more' }).click();
    await until('100 more are there', async () => (await rows.count()) === 110);
    await page.getByRole('button', { name: 'Show 20 more' }).click();
    await until('all are there', async () => (await rows.count()) === 130);
    await page.getByRole('link', { name: 'Only image plan-9' }).click();
    await shows(page, '.queue-top', '130 jobs wait');
    expect(new URL(page.url()).search).toBe('?image=plan-9');
    await page.locator('.queue-filter').click();
    await shows(page, '.queue-top', '131 jobs wait');
    expect(page.complaints).toEqual([]);
  }));

test('from everywhere the palette leads to it', () =>
  withPeople(async people => {
    const page = await open(people.url);
    await shows(page, 'main', 'No run yet');
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog').locator('input:focus').waitFor();
    await page.keyboard.type('queue');
    await page.getByRole('dialog').getByRole('button', { name: 'Queue', exact: true }).waitFor();
    await page.keyboard.press('Enter');
    await shows(page, 'h1', 'Queue');
    expect(page.complaints).toEqual([]);
  }));
