/** The People page: roles, tokens and browsers, as an administrator gives and takes them and as others see their own. */
import { expect, test } from 'vitest';
import { shows, useBrowser, type WatchedPage } from '#test/support/browser.ts';
import { ask } from '#test/support/people/ask.ts';
import { addJob, addRepository, addRun } from '#test/support/people/rows.ts';
import { signedIn, signedInAs } from '#test/support/people/sign-in.ts';
import { giveRoles, giveToken, signInAs } from '#test/support/people/somebody.ts';
import { fillPeople } from '#test/support/people/trusted.ts';
import { type People, withPeople } from '#test/support/people/with-people.ts';
import { until } from '#test/support/until.ts';

const open = useBrowser();
const part = (name: string) => `section[aria-label="${name}"]`;
const sessions = part('Browsers that are signed in');
const openPeople = async (people: People, look = signedIn(people)) =>
  open(`${people.url}/people`, await look);
const button = (page: WatchedPage, name: string) => page.getByRole('button', { name, exact: true });
const answer = (page: WatchedPage, name: string) =>
  page.getByRole('dialog').getByRole('button', { name, exact: true }).click();

test('with nobody there it says so, and offers what to do', () =>
  withPeople(async people => {
    const page = await openPeople(people);
    await shows(page, part('Roles'), 'Nobody was given a role');
    await shows(page, part('Tokens'), 'There are no tokens');
    await shows(page, sessions, 'the administrator, this browser');
    for (const name of ['Give a role', 'Make a token', 'copy: paddock open'])
      expect(await button(page, name).count()).toBe(1);
    expect(page.complaints).toEqual([]);
  }));

test('a role is given by the keyboard alone, wrong input is told of, and the command is shown', () =>
  withPeople(async people => {
    const page = await openPeople(people);
    await button(page, 'Give a role').focus();
    await page.keyboard.press('Enter');
    const form = page.getByRole('form', { name: 'Give a role' });
    await page.keyboard.type('kim--');
    await shows(page, 'form', 'Expected the name of an account.');
    await page.keyboard.press('Enter');
    await shows(page, 'form', 'This is missing.');
    expect(await page.locator(':focus').getAttribute('aria-invalid')).toBe('true');
    await page.keyboard.press('Backspace');
    await page.keyboard.press('Backspace');
    await page.keyboard.press('Tab');
    await page.keyboard.type('acme/*');
    await page.keyboard.press('Tab');
    await page.keyboard.type('con');
    expect(await form.locator('pre').innerText()).toBe("paddock people grant kim contributor 'acme/*'");
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await shows(page, '.said', 'kim has the role contributor in acme/* from now on');
    await shows(page, `${part('Roles')} li:has-text("kim")`, 'contributor · acme/*');
    expect(await page.locator(':focus').innerText()).toBe('Give a role');
    expect(page.complaints).toEqual([]);
  }));

test('it says where each role comes from, and one of GitHub’s is overridden in its row', () =>
  withPeople(async people => {
    await fillPeople(people);
    const page = await openPeople(people);
    const row = (login: string, text: string) =>
      `${part('Roles')} li:has-text("${login}"):has-text("${text}")`;
    await shows(page, row('kim', 'maintainer'), 'given by the administrator');
    await shows(page, row('kim', 'GitHub says so'), 'what was given by hand counts');
    await shows(page, row('robin', 'viewer · acme/secret'), 'GitHub says so');
    await shows(page, row('octocat', ''), 'has signed in, and has no role');
    await button(page, 'Change: robin acme/secret').click();
    const form = page.getByRole('form', { name: 'Another role for robin in acme/secret' });
    await form.getByLabel('Role', { exact: true }).selectOption('none');
    await form.getByRole('button', { name: 'Give a role' }).click();
    await shows(page, row('robin', 'no role'), 'given by the administrator');
    await shows(page, row('robin', 'GitHub says so'), 'what was given by hand counts');
    expect(page.complaints).toEqual([]);
  }));

test('a role is taken back, a token revoked, a browser signed out, each after a question', () =>
  withPeople(async people => {
    const kim = await signInAs(people, 'kim', { 'acme/*': 'maintainer' });
    await giveRoles(people, 'lee', { 'acme/secret': 'none' });
    const { headers } = await giveToken(people, { name: 'nightly', role: 'contributor' });
    const page = await openPeople(people);
    await shows(page, `${part('Roles')} li:has-text("lee")`, 'has not signed in yet');
    await shows(page, `${part('Tokens')} li`, 'of a program, made by the administrator');
    await button(page, 'Revoke: nightly').click();
    await answer(page, 'Leave it');
    expect((await ask(people, '/api/v1/tokens', { headers })).status).toBe(200);
    await button(page, 'Revoke: nightly').click();
    await answer(page, 'Revoke');
    await shows(page, `${part('Tokens')} li`, 'revoked');
    expect((await ask(people, '/api/v1/tokens', { headers })).status).toBe(401);
    await button(page, 'Take back: kim acme/*').click();
    await answer(page, 'Take back');
    await shows(page, `${part('Roles')} li:has-text("kim")`, 'has no role');
    await page.locator(`${sessions} li:has-text("kim")`).getByRole('button').click();
    await answer(page, 'Sign out');
    await page.locator(`${sessions} li:has-text("kim")`).waitFor({ state: 'detached' });
    const { text } = await ask(people, '/api/v1/session', { headers: kim.headers });
    expect(JSON.parse(text).who).toEqual({ kind: 'stranger', name: null });
    expect(page.complaints).toEqual([]);
  }));

test('everybody is signed out at once, the one who does it too', () =>
  withPeople(async people => {
    const kim = await signInAs(people, 'kim');
    const page = await openPeople(people);
    await button(page, 'Sign everybody out').click();
    await answer(page, 'Sign everybody out');
    await shows(page, 'h1', 'Sign in to see your roles');
    const { text } = await ask(people, '/api/v1/session', { headers: kim.headers });
    expect(JSON.parse(text).who.kind).toBe('stranger');
  }));

test('a person sees their own roles, tokens and browsers, and nothing of others', () =>
  withPeople(async people => {
    await fillPeople(people);
    const casey = signedInAs(people, 'casey', { 'acme/*': 'maintainer', 'acme/secret': 'none' });
    const page = await openPeople(people, casey);
    await shows(page, 'h1', 'Your access');
    await shows(page, part('Roles'), 'maintainer');
    await shows(page, sessions, 'casey, this browser');
    for (const name of ['kim', 'robin', 'weekly', 'Sign everybody out', 'Give a role'])
      expect(await page.locator('main').innerText()).not.toContain(name);
    await page.getByRole('link', { name: 'Your access' }).waitFor();
    await button(page, 'Sign out everywhere').click();
    await answer(page, 'Sign out everywhere');
    await shows(page, 'h1', 'Sign in to see your roles');
    expect(page.complaints).toEqual([]);
  }));

test('whoever has no role is told how one is had', () =>
  withPeople(async people => {
    const page = await openPeople(people, signedInAs(people, 'casey'));
    await shows(page, part('Roles'), 'You have no role: you see public repositories.');
    await shows(page, part('Roles'), "paddock people grant casey maintainer 'acme/*'");
    expect(page.complaints).toEqual([]);
  }));

test('a stranger is told to sign in, and nothing else', () =>
  withPeople(async people => {
    await fillPeople(people);
    const page = await open(`${people.url}/people`);
    await shows(page, 'main', 'Sign in to see your roles, tokens and browsers');
    expect(await page.locator('body').innerText()).not.toContain('kim');
    await page.locator('main').getByRole('link', { name: 'Sign in' }).click();
    await until('it is the page to sign in', () => new URL(page.url()).pathname === '/sign-in');
  }));

test('what cannot be asked for is said in its place, and the rest is shown', () =>
  withPeople(async people => {
    const page = await open(people.url, await signedIn(people));
    await page.route(/\/api\/v1\/tokens/, route => route.fulfill({ status: 403, json: refusal }));
    await page.goto(`${people.url}/people`);
    await shows(page, part('Tokens'), 'This cannot be shown: not today');
    await shows(page, sessions, 'this browser');
  }));
const refusal = { type: 'about:blank', title: 'Not allowed', status: 403, detail: 'not today' };

test('a role that is given counts on the pages of whoever has it at once', () =>
  withPeople(async people => {
    const secret = await addRepository(people, { fullName: 'acme/secret', isPrivate: true });
    const job = await addJob(people, await addRun(people, {}, secret));
    const casey = await open(`${people.url}/jobs/${job.id}`, await signedInAs(people, 'casey'));
    await shows(casey, 'h1', 'There is no such job, or you may not see it.');
    const page = await openPeople(people);
    await button(page, 'Give a role').click();
    const form = page.getByRole('form', { name: 'Give a role' });
    await form.getByLabel('Name on GitHub').fill('Casey');
    await form.getByLabel('Repositories').fill('acme/secret');
    await form.getByLabel('Role', { exact: true }).selectOption('contributor');
    await form.getByRole('button', { name: 'Give a role' }).click();
    await shows(page, '.said', 'Casey has the role contributor');
    await casey.reload();
    await casey.getByRole('button', { name: 'Cancel' }).waitFor();
  }));
