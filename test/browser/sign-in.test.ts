/** Signing in with GitHub, as a person does it: the button, GitHub's page, and the way back. */
import { expect, test } from 'vitest';
import { upsertRepository } from '#coordinator/store/repositories.ts';
import { shows, useBrowser } from '#test/support/browser.ts';
import { startFakeGithub } from '#test/support/fake-github/fake-github.ts';
import { addJob, addRun } from '#test/support/people/rows.ts';
import { type People, withPeople } from '#test/support/people/with-people.ts';

const open = useBrowser();
const who = '.top-tools .who';

const withGithub = async (
  act: (people: People, fake: Awaited<ReturnType<typeof startFakeGithub>>) => Promise<void>,
) => {
  const fake = await startFakeGithub();
  try {
    await withPeople(people => act(people, fake), undefined, fake);
    expect(fake.violations).toEqual([]);
  } finally {
    await fake.close();
  }
};

test('a person signs in with GitHub, sees what they may see there, and signs out', () =>
  withGithub(async (people, fake) => {
    const cloneUrl = 'https://github.example.org/acme/rocket.git';
    fake.github.createRepository({
      fullName: 'acme/rocket',
      cloneUrl,
      isPrivate: true,
      head: 'a'.repeat(40),
    });
    fake.github.addPerson({
      repository: 'acme/rocket',
      login: 'kim',
      association: 'MEMBER',
      permission: 'triage',
    });
    const run = await addRun(people, { title: 'Fix the thrusters' });
    await addJob(people, run);
    const facts = {
      fullName: 'acme/rocket',
      cloneUrl,
      defaultBranch: 'main',
      isPrivate: true,
      forge: 'github' as const,
    };
    await people.store.write(tx => upsertRepository(tx, facts, people.clock.now));
    fake.github.visitAs('kim');

    const page = await open(`${people.url}/runs/${run.id}`);
    await shows(page, 'main', 'There is no such run');
    await page.locator(who).click();
    await page.getByRole('link', { name: 'Sign in with GitHub' }).click();
    await page.getByRole('button', { name: 'Authorize' }).click();
    await page.waitForURL(`${people.url}/runs/${run.id}`);
    await shows(page, 'h1', 'Fix the thrusters');
    await shows(page, who, 'kim');
    const cookies = await page.context().cookies(people.url);
    expect(cookies.map(({ httpOnly, sameSite }) => [httpOnly, sameSite])).toEqual([[true, 'Lax']]);

    await page.locator(who).click();
    await shows(page, 'h1', 'You are signed in as kim.');
    await page.getByRole('button', { name: 'Sign out everywhere' }).click();
    await shows(page, who, 'Sign in');
    expect(await page.locator('body').innerText()).not.toContain('Fix the thrusters');
    expect(await page.context().cookies(people.url)).toEqual([]);
    // GitHub's own page has no icon and no policy; what we serve has nothing to complain of but the run that was not there.
    expect(page.complaints.filter(each => !each.includes('404'))).toEqual([]);
  }));

test('who says no on GitHub is led back, and told to begin again', () =>
  withGithub(async (people, fake) => {
    fake.github.visitAs('kim');
    const page = await open(`${people.url}/sign-in`);
    await page.getByRole('link', { name: 'Sign in with GitHub' }).click();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await shows(page, 'main', 'GitHub has not said who this is.');
    await page.goto(`${people.url}/`);
    await shows(page, who, 'Sign in');
  }));

test.each(['light', 'dark'] as const)('the page fits a phone, also in the %s', scheme =>
  withGithub(async people => {
    const page = await open(`${people.url}/sign-in`, {
      viewport: { width: 360, height: 740 },
      colorScheme: scheme,
    });
    await shows(page, 'main', 'Sign in with GitHub');
    const tooWide = 'document.documentElement.scrollWidth > document.documentElement.clientWidth';
    expect(await page.evaluate(tooWide)).toBe(false);
    if (process.env.PADDOCK_PICTURES)
      await page.screenshot({ path: `${process.env.PADDOCK_PICTURES}/sign-in-${scheme}.png` });
    expect(page.complaints).toEqual([]);
  }),
);
