/** Which repositories GitHub lists for a token and for an App, and what cannot be listed. */
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createForgeReads } from '#coordinator/github/forge-reads.ts';
import { type FakeGithub, startFakeGithub } from '#test/support/fake-github/fake-github.ts';
import { failureOf } from './forge-failures.ts';
import { shaOf } from './small-github.ts';

const { publicKey, privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2_048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
});
const { signal } = new AbortController();
let fake: FakeGithub;
beforeEach(async () => {
  fake = await startFakeGithub();
});
afterEach(() => {
  expect(fake.violations).toEqual([]);
  return fake.close();
});

const add = (...names: string[]) => {
  for (const fullName of names)
    fake.github.createRepository({ fullName, cloneUrl: 'http://127.0.0.1:1/x.git', head: shaOf(0) });
};
const byToken = () => createForgeReads({ baseUrl: fake.baseUrl, token: fake.token });
const byApp = (installation: number | null = null) =>
  createForgeReads({
    baseUrl: fake.baseUrl,
    app: { id: 7, privateKey: createPrivateKey(privateKey), installation },
  });
const makeApp = () => fake.github.createApp({ id: 7, publicKey, permissions: { metadata: 'read' } });

async function listed({ lists }: ReturnType<typeof createForgeReads>, ...patterns: string[]) {
  const { accounts, nowhere } = await lists.accounts(patterns, signal);
  const all = [];
  for (const account of accounts) all.push(await lists.repositoriesOf(account, signal));
  return { names: all.flatMap(({ items }) => items.map(({ fullName }) => fullName)), nowhere };
}
const paths = () => fake.requests.map(({ path, status }) => `${path} ${status}`);

test('a token lists an organization, and of somebody who is none what is public', async () => {
  fake.github.addOrganization('acme');
  add('acme/rocket', 'acme/tool', 'kim/own', 'other/thing');
  fake.github.createRepository({
    ...{ fullName: 'kim/secret', cloneUrl: 'http://127.0.0.1:1/x.git', head: shaOf(0), isPrivate: true },
  });
  const reads = byToken();
  const { names, nowhere } = await listed(reads, 'ACME/t*', 'kim/*', 'acme/*');
  expect([names, nowhere]).toEqual([['acme/rocket', 'acme/tool', 'kim/own'], []]);
  // Who is no organization is not asked for as one again.
  await listed(reads, 'kim/*');
  expect(paths()).toEqual([
    '/user 200',
    '/orgs/acme/repos 200',
    '/orgs/kim/repos 404',
    '/users/kim/repos 200',
    '/users/kim/repos 304',
  ]);
});

test('private ones of the owner of the token are theirs to list, and any owner is whoever they have a part with', async () => {
  fake.github.addOrganization('acme');
  add('acme/rocket', 'stranger/rocket');
  const secret = { cloneUrl: 'http://127.0.0.1:1/x.git', head: shaOf(0), isPrivate: true };
  fake.github.createRepository({ fullName: 'ci-robot/secret', ...secret });
  expect((await listed(byToken(), 'CI-Robot/*')).names).toEqual(['ci-robot/secret']);
  expect((await listed(byToken(), '*/rocket', 'acme/*')).names).toEqual(['acme/rocket', 'ci-robot/secret']);
  expect(paths()).toEqual(['/user 200', '/user/repos 200', '/user 200', '/user/repos 200']);
});

test('archived, disabled and such that may not be written to are left out', async () => {
  fake.github.addOrganization('acme');
  add('acme/old', 'acme/off', 'acme/theirs', 'acme/ours');
  fake.github.retireRepository('acme/old', 'archived');
  fake.github.retireRepository('acme/off', 'disabled');
  fake.github.addPerson({
    ...{ repository: 'acme/theirs', login: 'ci-robot', association: 'NONE', permission: 'read' },
  });
  expect((await listed(byToken(), 'acme/*')).names).toEqual(['acme/ours']);
});

test('every page is read, and what has not changed costs nothing', async () => {
  fake.github.addOrganization('acme');
  const names = Array.from({ length: 230 }, (_, n) => `acme/r${n}`);
  add(...names);
  const reads = byToken();
  expect((await listed(reads, 'acme/*')).names).toEqual(names);
  const before = reads.spent();
  expect((await listed(reads, 'acme/*')).names).toHaveLength(230);
  expect([before, reads.spent()]).toEqual([3, 3]);
});

test('an organization that the token may not list, and an account that is none, are said to be so', async () => {
  fake.github.addOrganization('acme', 'refused');
  const { lists } = byToken();
  const { accounts } = await lists.accounts(['acme/*', 'nobody/*'], signal);
  const told = [];
  for (const account of accounts) told.push(await failureOf(lists.repositoriesOf(account, signal)));
  expect(told.map(({ code, isForgeWide, message }) => [code, isForgeWide, message.split('; ')[0]])).toEqual([
    [
      'forbidden',
      false,
      'the token may not list the repositories of acme (HTTP 403), so that what only a pattern names there is not found before a webhook tells of it',
    ],
    [
      'not-found',
      false,
      'GitHub knows no account nobody, or does not show it to the token (HTTP 404), so that what only a pattern names there is not found before a webhook tells of it',
    ],
  ]);
});

test('an App lists what it is installed for, where a pattern covers the account', async () => {
  makeApp();
  add('acme/rocket', 'acme/tool', 'octo/app', 'kim/own', 'zoe/own');
  for (const owner of ['acme', 'octo', 'kim']) fake.github.installApp(owner);
  fake.github.suspendApp(fake.github.installApp('zoe'));
  const reads = byApp();
  const first = await listed(reads, 'Acme/*', '*/own', 'zoe/*', 'nobody/*');
  // `*/own` may cover any account.
  expect(first).toEqual({
    names: ['acme/rocket', 'acme/tool', 'octo/app', 'kim/own'],
    nowhere: ['zoe/*', 'nobody/*'],
  });
  const before = reads.spent();
  await listed(reads, 'acme/*');
  expect(reads.spent()).toBe(before);
  expect(await listed(reads)).toEqual({ names: [], nowhere: [] });
});

test('where the installation is given no other is looked for', async () => {
  makeApp();
  add('acme/rocket', 'octo/app');
  const installation = fake.github.installApp('acme');
  fake.github.installApp('octo');
  expect(await listed(byApp(installation), 'acme/*', 'octo/*')).toEqual({
    names: ['acme/rocket'],
    nowhere: ['octo/*'],
  });
  expect(paths()[0]).toBe(`/app/installations/${installation} 200`);
});
