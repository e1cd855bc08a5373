/** Who is offered which button on the pages of runs and jobs: whoever may press it, and nobody else. */
import { expect, test } from 'vitest';
import { shows, useBrowser } from '#test/support/browser.ts';
import { lease } from '#test/support/people/lease.ts';
import { addForked, addJob, addRepository, addRun } from '#test/support/people/rows.ts';
import { signedInAs } from '#test/support/people/sign-in.ts';
import { giveRoles, type Roles } from '#test/support/people/somebody.ts';
import { type People, withPeople } from '#test/support/people/with-people.ts';

const open = useBrowser();

/** A run that waits for approval, one that is over, and a job that waits: what is offered on the page of each. */
async function offered(people: People, roles: Roles): Promise<Record<string, string[]>> {
  const forked = await addForked(people);
  const waiting = await addJob(people, await addRun(people));
  const over = await lease(people, await addJob(people, await addRun(people)));
  await over.exit(0);
  const page = await open(people.url, await signedInAs(people, 'kim', roles));
  const found: Record<string, string[]> = {};
  for (const [name, path] of [
    ['run of a fork', `runs/${forked.run.id}`],
    ['job that waits', `jobs/${waiting.id}`],
    ['job that is over', `jobs/${over.job}`],
  ] as const) {
    // Until nothing is on its way: buttons hang on who reads, which is asked for.
    await page.goto(`${people.url}/${path}`, { waitUntil: 'networkidle' });
    await shows(page, '.head', 'Runs');
    const buttons = page.locator('.head .mantine-Button-root, .notice .mantine-Button-root');
    found[name] = await buttons.allInnerTexts();
  }
  expect(page.complaints).toEqual([]);
  return found;
}

test.each([
  [{}, [], [], []],
  [{ 'acme/other': 'admin' }, [], [], []],
  [{ 'acme/rocket': 'viewer' }, [], [], []],
  [{ 'acme/*': 'contributor' }, ['Cancel'], ['Cancel'], ['Run again']],
  [{ 'acme/rocket': 'maintainer' }, ['Cancel', 'Approve 0000000'], ['Cancel'], ['Run again']],
  [{ '*': 'admin', 'acme/rocket': 'none' }, [], [], []],
] as [Roles, string[], string[], string[]][])(
  'with the roles %j somebody is offered %j on the run of a fork, %j on a job that waits and %j on one that is over',
  (roles, fork, waits, over) =>
    withPeople(async people => {
      await addRepository(people);
      const expected = { 'run of a fork': fork, 'job that waits': waits, 'job that is over': over };
      expect(await offered(people, roles)).toEqual(expected);
    }),
);

test('a contributor cancels a job and runs it again', () =>
  withPeople(async people => {
    const job = await addJob(people, await addRun(people));
    const kim = await signedInAs(people, 'kim', { 'acme/rocket': 'contributor' });
    const page = await open(`${people.url}/jobs/${job.id}`, kim);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.keyboard.press('Enter');
    await shows(page, '.head .badge', 'cancelled');
    await page.getByRole('button', { name: 'Run again' }).click();
    await page.keyboard.press('Enter');
    await shows(page, '.head .badge', 'queued');
    expect(page.complaints).toEqual([]);
  }));

test('a role that is taken while somebody looks is said where they press', () =>
  withPeople(async people => {
    const job = await addJob(people, await addRun(people));
    const kim = await signedInAs(people, 'kim', { 'acme/rocket': 'contributor' });
    const page = await open(`${people.url}/jobs/${job.id}`, kim);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await giveRoles(people, 'kim', { 'acme/rocket': 'viewer' });
    await page.keyboard.press('Enter');
    await shows(page, '[role=alert]', 'this needs the role contributor in the repository');
    await page.getByRole('button', { name: 'Keep it running' }).click();
    await shows(page, '.head .badge', 'queued');
  }));
