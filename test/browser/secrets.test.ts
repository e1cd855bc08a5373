/** The Secrets page: what is kept, set, replaced and removed, and who was given it; never a value. */
import { expect, test } from 'vitest';
import { shows, useBrowser, type WatchedPage } from '#test/support/browser.ts';
import { ask } from '#test/support/people/ask.ts';
import { signedIn, signedInAs } from '#test/support/people/sign-in.ts';
import { fillSecrets } from '#test/support/people/trusted.ts';
import { type People, withPeople } from '#test/support/people/with-people.ts';
import { until } from '#test/support/until.ts';

const open = useBrowser();
const kept = 'section[aria-label="Kept"]';
const value = 'correct horse battery staple';

const openSecrets = async (people: People) => open(`${people.url}/secrets`, await signedIn(people));
const form = (page: WatchedPage, name: string | RegExp = 'Set a secret') => page.getByRole('form', { name });
const press = (page: WatchedPage, name: string) => page.getByRole('button', { name, exact: true }).click();
const send = (page: WatchedPage, verb = 'Set a secret') =>
  page.locator('form').getByRole('button', { name: verb, exact: true }).click();

const listed = async (people: People) =>
  JSON.parse((await ask(people, '/api/v1/secrets', { headers: people.admin })).text).secrets;

test('with none kept it says what they are for, and one is set with everything that restricts it', () =>
  withPeople(async people => {
    const page = await openSecrets(people);
    await shows(page, kept, 'No secret is kept.');
    await press(page, 'Set a secret');
    await form(page).getByLabel('Name of the variable').fill('SIGNING_KEY');
    await form(page).getByLabel('For').fill('acme/rocket');
    await form(page).getByLabel('Jobs').selectOption('on-merge');
    await form(page).getByLabel('Given as').selectOption('file');
    await form(page).getByLabel('Images').fill('debian-*, plan9');
    await form(page).getByLabel('Labels of the host').fill('site=berlin');
    const command =
      "paddock secret set SIGNING_KEY --repository acme/rocket --file --on-merge --image 'debian-*' --image plan9 --label site=berlin < FILE";
    expect(await form(page).locator('pre').innerText()).toBe(command);
    const pasted = `-----BEGIN KEY-----\n${value}\n-----END KEY-----\n`;
    await form(page).getByLabel('Value').fill(pasted);
    await send(page);
    await shows(page, kept, 'SIGNING_KEY of acme/rocket, jobs on merges only is kept, version 1');
    await shows(page, kept, 'Note: no image is called plan9 now');
    await shows(page, `${kept} li`, 'only debian-*, plan9, site=berlin');
    expect(await page.content()).not.toContain(value);
    await page.reload();
    await shows(page, `${kept} li`, 'SIGNING_KEY');
    expect(await page.content()).not.toContain(value);
    const [secret] = await listed(people);
    expect(secret).toMatchObject({ form: 'file', stage: 'on-merge', images: ['debian-*', 'plan9'] });
    expect(page.complaints).toEqual([]);
  }));

test('what is wrong is told of before anything is sent, and what the coordinator refuses in the form', () =>
  withPeople(async people => {
    const page = await openSecrets(people);
    await press(page, 'Set a secret');
    await send(page);
    await shows(page, 'form', 'This is missing.');
    await form(page).getByLabel('Name of the variable').fill('2FAST');
    await shows(page, 'form', 'Expected letters, digits and "_", no digit first.');
    await form(page).getByLabel('For').fill('acme');
    await shows(page, 'form', 'Expected owner/name, or owner/* for a whole organisation.');
    await form(page).getByLabel('Labels of the host').fill('berlin');
    await shows(page, 'form', 'Expected NAME=VALUE, as in site=berlin.');
    await form(page).getByLabel('Value').fill('x'.repeat(70_000));
    await shows(page, 'form', 'At most 65.5 kB are kept.');
    await send(page);
    expect(await listed(people)).toEqual([]);
    await form(page).getByLabel('Name of the variable').fill('PATH');
    await form(page).getByLabel('For').fill('acme/rocket');
    await form(page).getByLabel('Labels of the host').fill('');
    await form(page).getByLabel('Value').fill(value);
    await send(page);
    await shows(page, 'form [role=alert]', 'PATH means something to programs already');
    expect(await form(page).getByLabel('Value').inputValue()).toBe(value);
    expect(await listed(people)).toEqual([]);
  }));

test('a value comes from a file too, as it is; what is no text is refused', () =>
  withPeople(async people => {
    const page = await openSecrets(people);
    await press(page, 'Set a secret');
    const choose = (name: string, buffer: Buffer) =>
      page.locator('input[type=file]').setInputFiles({ name, mimeType: 'application/octet-stream', buffer });
    await choose('key.der', Buffer.from([0xff, 0xfe, 0x00]));
    await shows(page, '.secret-file [role=status]', 'This file is not text in UTF-8');
    await choose('key.pem', Buffer.from(`${value}\n`));
    await shows(page, '.secret-file [role=status]', 'key.pem, 29 B');
    expect(await form(page).getByLabel('Value').inputValue()).toBe(`${value}\n`);
    const hides = `getComputedStyle(document.querySelector('textarea')).webkitTextSecurity`;
    expect(await page.evaluate(hides)).toBe('disc');
    await form(page).getByLabel('Show what is typed').check();
    expect(await page.evaluate(hides)).toBe('none');
    expect(page.complaints).toEqual([]);
  }));

test('a secret is replaced with its restrictions, its log opens, and it is removed after a question', () =>
  withPeople(async people => {
    await fillSecrets(people);
    const page = await openSecrets(people);
    const row = `${kept} li:has-text("DEPLOY_TOKEN")`;
    await shows(page, row, 'last given to a job on debian-12');
    await press(page, 'Log: DEPLOY_TOKEN acme/rocket');
    await shows(page, `${row} table`, 'an administrator, by the token');
    await page.locator(`${row} table`).getByRole('link', { name: 'a job' }).waitFor();
    await press(page, 'Replace: REGISTRY_TOKEN an-owner-with-a-long-name/*');
    const next = form(page, /next version of REGISTRY_TOKEN/);
    expect(await next.getByLabel('Labels of the host').inputValue()).toBe('site=berlin');
    expect(await next.getByLabel('Name of the variable').getAttribute('readonly')).not.toBeNull();
    expect(await next.getByLabel('Value').inputValue()).toBe('');
    await next.getByLabel('Value').fill('another horse battery staple');
    await send(page, 'Replace');
    await shows(page, `${kept} li:has-text("REGISTRY_TOKEN")`, 'version 2');
    await press(page, 'Remove: DEPLOY_TOKEN acme/rocket');
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await page.locator(row).waitFor({ state: 'detached' });
    await shows(page, 'section[aria-label="What was noted"] tbody tr', 'removed');
    expect((await listed(people)).map(({ name }: { name: string }) => name)).not.toContain('DEPLOY_TOKEN');
    expect(page.complaints).toEqual([]);
  }));

test('from the log and the row it is one click to the job that was given it', () =>
  withPeople(async people => {
    await fillSecrets(people);
    const page = await openSecrets(people);
    await page.getByRole('link', { name: 'a job on debian-12' }).click();
    await until('it is the page of the job', () => new URL(page.url()).pathname.startsWith('/jobs/job_'));
  }));

test.each(['viewer', 'maintainer', 'admin'] as const)('a %s of a repository is told who can', role =>
  withPeople(async people => {
    await fillSecrets(people);
    const page = await open(`${people.url}/secrets`, await signedInAs(people, 'casey', { 'acme/*': role }));
    await shows(page, 'main', 'This page is for administrators.');
    await shows(page, 'main', 'An administrator is whoever has the role admin for everything (*)');
    expect(await page.locator('body').innerText()).not.toContain('DEPLOY_TOKEN');
    await page.getByRole('link', { name: 'What you may do stands at Your access' }).click();
    await shows(page, 'h1', 'Your access');
  }),
);

test('an administrator by role has the page, and a stranger is told to sign in', () =>
  withPeople(async people => {
    await fillSecrets(people);
    const page = await open(`${people.url}/secrets`, await signedInAs(people, 'casey', { '*': 'admin' }));
    await shows(page, kept, 'DEPLOY_TOKEN');
    const stranger = await open(`${people.url}/secrets`);
    await shows(stranger, 'main', 'This page is for administrators.');
    expect(await stranger.locator('body').innerText()).not.toContain('DEPLOY_TOKEN');
  }));
