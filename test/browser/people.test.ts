/** The People page: roles, tokens and sessions, and what is done with them. */
import { expect, test } from 'vitest';
import { shows, useBrowser } from '#test/support/browser.ts';
import { ask } from '#test/support/people/ask.ts';
import { signedIn } from '#test/support/people/sign-in.ts';
import { giveRoles, giveToken, signInAs } from '#test/support/people/somebody.ts';
import { withPeople } from '#test/support/people/with-people.ts';

const open = useBrowser();
const part = (name: string) => `section[aria-label="${name}"]`;
const sessions = part('Browsers that are signed in');

test('with nobody there it says which commands give roles and tokens, to be copied', () =>
  withPeople(async people => {
    const page = await open(`${people.url}/people`, await signedIn(people));
    await shows(page, part('Roles'), 'Nobody was given a role');
    await shows(page, part('Tokens'), 'There are no tokens');
    await shows(page, sessions, 'the administrator, this browser');
    expect(
      await page.getByRole('button', { name: /^copy: paddock (people grant|token create|open)/ }).count(),
    ).toBe(3);
    expect(page.complaints).toEqual([]);
  }));

test('a role is taken back, a token revoked, a browser signed out, each after a question', () =>
  withPeople(async people => {
    const kim = await signInAs(people, 'kim', { 'acme/*': 'maintainer' });
    await giveRoles(people, 'lee', { 'acme/secret': 'none' });
    await signInAs(people, 'robin');
    const { headers } = await giveToken(people, { name: 'nightly', role: 'contributor' });
    const page = await open(`${people.url}/people`, await signedIn(people));
    await shows(page, `${part('Roles')} li:has-text("kim")`, 'maintainer');
    await shows(page, `${part('Roles')} li:has-text("lee")`, 'has not signed in yet');
    await shows(page, `${part('Roles')} li:has-text("robin")`, 'was given no role');
    await shows(page, `${part('Tokens')} li`, 'of a program, made by the administrator');
    const answer = (name: string) =>
      page.getByRole('dialog').getByRole('button', { name, exact: true }).click();
    await page.getByRole('button', { name: 'Revoke: nightly' }).click();
    await answer('Leave it');
    expect((await ask(people, '/api/v1/tokens', { headers })).status).toBe(200);
    await page.getByRole('button', { name: 'Revoke: nightly' }).click();
    await answer('Revoke');
    await shows(page, `${part('Tokens')} li`, 'revoked');
    expect((await ask(people, '/api/v1/tokens', { headers })).status).toBe(401);
    await page.getByRole('button', { name: 'Take back: kim acme/*' }).click();
    await answer('Take back');
    await shows(page, `${part('Roles')} li:has-text("kim")`, 'was given no role');
    await page.locator(`${sessions} li:has-text("kim")`).getByRole('button').click();
    await answer('Sign out');
    await page.locator(`${sessions} li:has-text("kim")`).waitFor({ state: 'detached' });
    const { text } = await ask(people, '/api/v1/session', { headers: kim.headers });
    expect(JSON.parse(text).who).toEqual({ kind: 'stranger', name: null });
    expect(page.complaints).toEqual([]);
  }));

test.each(['light', 'dark'] as const)('it fits a phone, also in the %s', scheme =>
  withPeople(async people => {
    await signInAs(people, 'a-name-of-thirty-nine-letters-as-github', {
      'an-owner-with-a-long-name/*': 'maintainer',
    });
    await giveToken(people, { name: 'what a program is called that has much to say of itself' });
    const page = await open(`${people.url}/people`, {
      ...(await signedIn(people)),
      viewport: { width: 360, height: 740 },
      colorScheme: scheme,
    });
    await shows(page, part('Tokens'), 'what a program');
    const tooWide = 'document.documentElement.scrollWidth > document.documentElement.clientWidth';
    expect(await page.evaluate(tooWide)).toBe(false);
    if (process.env.PADDOCK_PICTURES)
      await page.screenshot({ path: `${process.env.PADDOCK_PICTURES}/people-${scheme}.png`, fullPage: true });
    expect(page.complaints).toEqual([]);
  }),
);

test('a stranger is shown that this is for administrators, and nothing else', () =>
  withPeople(async people => {
    await signInAs(people, 'kim', { '*': 'viewer' });
    const page = await open(`${people.url}/people`);
    await shows(page, 'main', 'This page is for administrators.');
    expect(await page.locator('body').innerText()).not.toContain('kim');
  }));
