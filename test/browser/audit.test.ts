/** The Audit log page: who did what, found by filters that are its address, with how it was before. */
import { expect, test } from 'vitest';
import { violationsOf } from '#test/support/axe.ts';
import { shows, useBrowser } from '#test/support/browser.ts';
import { ask } from '#test/support/people/ask.ts';
import { signedIn, signedInAs } from '#test/support/people/sign-in.ts';
import { giveToken } from '#test/support/people/somebody.ts';
import { type People, withPeople } from '#test/support/people/with-people.ts';

const open = useBrowser();
const folder = process.env.PADDOCK_SCREENSHOTS;
const sizes = { desk: { width: 1280, height: 800 }, phone: { width: 375, height: 740 } };
const looks = (['light', 'dark'] as const).flatMap(theme =>
  (['desk', 'phone'] as const).map(size => [theme, size] as const),
);
const beyondTheEdge =
  'Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth)';

/** Some acts of several people. */
async function fill(people: People): Promise<void> {
  const post = (path: string, body: object, headers: Record<string, string> = people.admin) =>
    ask(people, `/api/v1/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  await post('people/grants', { login: 'octocat', pattern: 'acme/*', role: 'viewer' });
  await post('people/grants', { login: 'octocat', pattern: 'acme/*', role: 'admin' });
  const images = ['debian-*', 'netbsd-10'];
  await post('secrets', { repository: 'acme/rocket', name: 'DEPLOY_TOKEN', value: 'swordfish', images });
  await post('pools/debian-12/scale', { warm: 1 });
  const program = await giveToken(people, { role: 'viewer' });
  await post('pools/debian-12/pause', {}, program.headers);
}

test.each(looks)(
  'in the %s on a %s it can be read, opened and filtered',
  (colorScheme, size) =>
    withPeople(async people => {
      await fill(people);
      const choices = { colorScheme, viewport: sizes[size], reducedMotion: 'reduce' } as const;
      const page = await open(`${people.url}/audit`, { ...(await signedIn(people)), ...choices });
      await shows(page, '.audit', 'DEPLOY_TOKEN');
      await page.locator('.audit summary', { hasText: 'octocat' }).first().click();
      await shows(page, 'details[open] .audit-values', 'viewer');
      if (folder)
        await page.screenshot({ path: `${folder}/audit-${colorScheme}-${size}.png`, fullPage: true });
      expect.soft(await violationsOf(page)).toEqual([]);
      expect.soft(await page.evaluate(beyondTheEdge)).toBe(0);
      expect.soft(page.complaints).toEqual([]);
    }),
  60_000,
);

test('its filter is its address, and what does not fit says so', () =>
  withPeople(async people => {
    await fill(people);
    const page = await open(`${people.url}/audit?outcome=refused`, await signedIn(people));
    await shows(page, '.audit', 'missing-permission');
    expect(await page.locator('.audit > li').count()).toBe(1);
    await page.getByRole('button', { name: 'Clear' }).click();
    await shows(page, '.audit', 'DEPLOY_TOKEN');
    await page.getByRole('combobox', { name: 'Act', exact: true }).fill('role');
    await page.getByRole('combobox', { name: 'Act', exact: true }).press('Enter');
    await page.waitForURL(/\/audit\?act=role$/);
    await shows(page, '.audit', 'role.grant');
    expect(await page.locator('.audit > li').count()).toBe(2);
    await page.goto(`${people.url}/audit?actor=nobody`);
    await shows(page, '.first', 'No entry fits');
    expect(await page.content()).not.toContain('swordfish');
    expect(page.complaints).toEqual([]);
  }));

test('with nothing done yet it says what will stand there', () =>
  withPeople(
    async people => {
      const page = await open(`${people.url}/audit`, await signedIn(people));
      await shows(page, '.first', 'Nothing was done yet');
      await shows(page, '.nothing', 'paddock audit verify');
    },
    real => ({ ...real, audit: { ...real.audit, list: async () => ({ items: [], next: null }) } }),
  ));

test('whoever is no administrator of the coordinator is told so', () =>
  withPeople(async people => {
    const page = await open(`${people.url}/audit`, await signedInAs(people, 'kim', { 'acme/*': 'admin' }));
    await shows(page, '.blank', 'paddock people grant');
  }));
