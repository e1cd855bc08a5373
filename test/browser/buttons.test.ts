/** Who is offered which button on the pages of runs and jobs: whoever may press it, and nobody else. */
import { expect, test } from 'vitest';
import { type Change, saveChange } from '#coordinator/store/changes.ts';
import { shows, useBrowser } from '#test/support/browser.ts';
import { lease } from '#test/support/people/lease.ts';
import { addForked, addJob, addRepository, addRun, commitOf } from '#test/support/people/rows.ts';
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
  [{ 'acme/rocket': 'maintainer' }, ['Merge', 'Cancel', 'Approve 0000000'], ['Cancel'], ['Run again']],
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

/** A pull request of the repository whose merges are configured, with a run of its head. */
async function addPull(people: People, facts: Partial<Change> = {}) {
  const { id: repositoryId } = await addRepository(people);
  const change = await people.store.write(tx =>
    saveChange(tx, {
      ...{ repositoryId, number: 12, title: 'Mend the valve', author: 'octocat', authorId: 583_231 },
      ...{
        headRef: 'valve',
        headSha: commitOf(0xfeed),
        baseRef: 'main',
        baseSha: commitOf(1),
        isFork: false,
      },
      ...{ state: 'open' as const, updatedAt: 1, ...facts },
    }),
  );
  const run = { purpose: 'change', changeId: change.id, commit: commitOf(0xfeed) } as const;
  return addRun(people, run);
}

test('a maintainer asks for a merge from the page of its run, sees how it stands, and takes it back', () =>
  withPeople(async people => {
    const run = await addPull(people);
    const page = await open(
      `${people.url}/runs/${run.id}`,
      await signedInAs(people, 'kim', { 'acme/rocket': 'maintainer' }),
    );
    await page.getByRole('button', { name: 'Merge' }).click();
    await shows(page, 'dialog', 'Merge pull request #12?');
    await page.keyboard.press('Enter');
    await shows(page, '.verbs', 'waits: it has just been asked for');
    await page.getByRole('button', { name: 'Take the merge back' }).click();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Merge', exact: true }).waitFor();
    expect(page.complaints).toEqual([]);
  }));

test.each([
  ['a contributor', 'contributor', {}],
  ['a maintainer where a newer commit is the head', 'maintainer', { headSha: commitOf(0xbeef) }],
  ['a maintainer where it is closed', 'maintainer', { state: 'closed' }],
  ['a maintainer where nothing is merged into its base', 'maintainer', { baseRef: 'attic' }],
] as [string, 'contributor' | 'maintainer', Partial<Change>][])('%s is offered no merge', (_, role, facts) =>
  withPeople(async people => {
    const run = await addPull(people, facts);
    const kim = await signedInAs(people, 'kim', { 'acme/rocket': role });
    const page = await open(people.url, kim);
    await page.goto(`${people.url}/runs/${run.id}`, { waitUntil: 'networkidle' });
    await shows(page, '.head', 'pull request #12');
    expect(await page.getByRole('button', { name: 'Merge' }).count()).toBe(0);
    expect(page.complaints).toEqual([]);
  }),
);
