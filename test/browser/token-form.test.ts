/** Tokens are made on the People page: by administrators, admins of a repository, and people for themselves. */
import { expect, test } from 'vitest';
import { shows, useBrowser, type WatchedPage } from '#test/support/browser.ts';
import { ask } from '#test/support/people/ask.ts';
import { signedIn, signedInAs } from '#test/support/people/sign-in.ts';
import type { Roles } from '#test/support/people/somebody.ts';
import { type People, withPeople } from '#test/support/people/with-people.ts';

const open = useBrowser();
const tokens = 'section[aria-label="Tokens"]';

async function openForm(people: People, roles: Roles | null): Promise<WatchedPage> {
  const look = roles ? await signedInAs(people, 'casey', roles) : await signedIn(people);
  const page = await open(`${people.url}/people`, {
    ...look,
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  await page.getByRole('button', { name: 'Make a token' }).click();
  return page;
}

const form = (page: WatchedPage) => page.getByRole('form', { name: 'Make a token' });

async function fill(page: WatchedPage, name: string, pattern: string): Promise<void> {
  await form(page).getByLabel('Name', { exact: true }).fill(name);
  await form(page).getByLabel('Repositories').fill(pattern);
}

const make = (page: WatchedPage) => form(page).getByRole('button', { name: 'Make a token' }).click();

async function madeToken(page: WatchedPage): Promise<string> {
  await page.locator('.made-token').waitFor();
  return page.locator('.made-token').innerText();
}

test('an administrator makes a token of a program: it is shown once, copied, works, and is nowhere afterwards', () =>
  withPeople(async people => {
    const page = await openForm(people, null);
    await fill(page, 'nightly mirror', 'acme/*');
    await form(page).getByLabel('Role', { exact: true }).selectOption('contributor');
    await form(page).getByLabel('Lasts').selectOption('30');
    const command =
      "paddock token create 'nightly mirror' --program --role contributor --for 'acme/*' --days 30";
    expect(await form(page).locator('pre').innerText()).toBe(command);
    await make(page);
    await shows(page, '.made', 'This is the only time that it is shown.');
    const token = await madeToken(page);
    await page.getByRole('button', { name: 'copy: the token' }).click();
    await shows(page, '.made .copy', 'copied');
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(token);
    const headers = { authorization: `Bearer ${token}` };
    const { who, rights } = JSON.parse((await ask(people, '/api/v1/session', { headers })).text);
    expect([who.name, rights.ceiling]).toEqual([
      'program nightly mirror',
      { pattern: 'acme/*', role: 'contributor' },
    ]);
    await shows(page, `${tokens} li`, 'nightly mirror');
    const ends = new Date(people.clock.now + 30 * 86_400_000).toISOString().slice(0, 10);
    await shows(page, `${tokens} li`, `ends ${ends}`);
    await page.getByRole('button', { name: 'I have it' }).click();
    await page.locator('.made').waitFor({ state: 'detached' });
    expect(await page.content()).not.toContain(token);
    await page.reload();
    await shows(page, `${tokens} li`, 'nightly mirror');
    expect(await page.content()).not.toContain(token);
    expect(page.complaints).toEqual([]);
  }));

test('nothing is sent before what is missing is there', () =>
  withPeople(async people => {
    const page = await openForm(people, null);
    await make(page);
    await shows(page, 'form', 'This is missing.');
    await fill(page, 'nightly', 'acme');
    await form(page).getByLabel('Repositories').fill('acme/rocket/x');
    await shows(page, 'form', 'Expected *, acme/* or acme/rocket');
    await make(page);
    expect(JSON.parse((await ask(people, '/api/v1/tokens', { headers: people.admin })).text)).toEqual([]);
    await page.keyboard.press('Escape');
    await form(page).waitFor({ state: 'detached' });
    expect(await page.locator(':focus').innerText()).toBe('Make a token');
    expect(page.complaints).toEqual([]);
  }));

test('a maintainer makes one of their own, within what they may', () =>
  withPeople(async people => {
    const page = await openForm(people, { 'acme/rocket': 'maintainer' });
    expect(await form(page).getByLabel('Whose').count()).toBe(0);
    await fill(page, 'laptop', 'acme/*');
    await shows(page, 'form', 'No token can do more than you can');
    await form(page).getByLabel('Repositories').fill('acme/rocket');
    await form(page).getByLabel('Role', { exact: true }).selectOption('admin');
    await shows(page, 'form', 'No token can do more than you can');
    await form(page).getByLabel('Role', { exact: true }).selectOption('maintainer');
    await make(page);
    const headers = { authorization: `Bearer ${await madeToken(page)}` };
    const { who } = JSON.parse((await ask(people, '/api/v1/session', { headers })).text);
    expect(who).toEqual({ kind: 'token', name: 'casey by token laptop' });
    await shows(page, `${tokens} li`, 'of a person, made by casey');
    expect(page.complaints).toEqual([]);
  }));

test('an admin of a repository chooses whose it is, and gives programs none beyond it', () =>
  withPeople(async people => {
    const page = await openForm(people, { 'acme/rocket': 'admin', 'acme/lander': 'viewer' });
    await fill(page, 'bot', 'acme/lander');
    await shows(page, 'form', 'A program is given a token by whoever has the role admin there.');
    await form(page).getByLabel('Whose').selectOption('personal');
    await make(page);
    await madeToken(page);
    await shows(page, `${tokens} li`, 'of a person, made by casey');
    expect(page.complaints).toEqual([]);
  }));

test('what the coordinator refuses is said in the form, and nothing that was typed is lost', () =>
  withPeople(async people => {
    const page = await openForm(people, null);
    await page.route('**/api/v1/tokens/programs', route => route.fulfill({ status: 409, json: refusal }));
    await fill(page, 'nightly', '*');
    await make(page);
    await shows(page, 'form [role=alert]', 'there are 1,000 tokens already');
    expect(await form(page).getByLabel('Name', { exact: true }).inputValue()).toBe('nightly');
  }));
const refusal = {
  ...{ type: 'about:blank', title: 'Conflict', status: 409 },
  detail: 'there are 1,000 tokens already',
};
