import { generateKeyPairSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { appEvents, appPermissions } from '#coordinator/github/app-permissions.ts';
import { type Diagnosis, diagnosis } from '#shared/diagnosis.ts';
import { until } from '#test/support/until.ts';
import { fullName, shaOf } from '../../github/small-github.ts';
import { type HookReceiver, openHookReceiver } from './hook-receiver.ts';
import { type Lab, openSetUpLab } from './set-up-lab.ts';

const pair = () =>
  generateKeyPairSync('rsa', {
    modulusLength: 2_048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });
const [ours, others] = [pair(), pair()];
const permissions = Object.fromEntries(
  Object.entries(appPermissions).map(([name, { level }]) => [name, level]),
);
const secret = 'a-secret-of-the-tests';

let lab: Lab;
let receiver: HookReceiver;
beforeEach(async () => {
  lab = await openSetUpLab();
  receiver = await openHookReceiver([secret]);
  lab.fake.github.createRepository({ fullName, cloneUrl: 'http://127.0.0.1:1/x', head: shaOf(0) });
  await writeFile(path.join(lab.directory, 'app.pem'), ours.privateKey);
  await writeFile(path.join(lab.directory, 'hook'), secret);
});
afterEach(async () => {
  await receiver.close();
  await lab.close();
});

async function configure(github: string, url = receiver.url, repository: string = fullName): Promise<void> {
  const text = `url: ${url}\ngithub: { api: '${lab.fake.baseUrl}', ${github} }\nrepositories: [{ name: ${repository} }]\n`;
  await writeFile(path.join(lab.directory, 'paddock.yaml'), text);
}
const asApp = 'app: { id: 7, private-key: { file: app.pem } }, webhook-secrets: [{ file: hook }]';

type AppInput = Parameters<typeof lab.fake.github.createApp>[0];
/** An App with all it needs, whose first ping has come to its end. */
async function makeApp(more: Partial<AppInput> = {}, hookSecret = secret): Promise<void> {
  const hook = { url: `${receiver.url}/hooks/github`, secret: hookSecret };
  const input = {
    id: 7,
    publicKey: ours.publicKey,
    permissions,
    events: Object.keys(appEvents),
    hook,
    ...more,
  };
  lab.fake.github.createApp(input);
  await until('the ping was sent', () => lab.fake.github.app()?.deliveries.length === 1);
}

async function check(...more: string[]): Promise<Diagnosis & { code: number }> {
  const running = lab.start('github', 'check', '--json', ...more);
  const code = await running.ended;
  return { code, ...diagnosis.parse(JSON.parse(running.stdout() || running.stderr())) };
}
const toldOf = ({ findings }: Diagnosis, state: string) =>
  findings.filter(finding => finding.state === state).map(({ about, text }) => `${about}: ${text}`);

test('an App with all it needs: nothing is missing, and a ping proves address and secret', async () => {
  await configure(asApp);
  await makeApp();
  lab.fake.github.installApp('octo');
  const found = await check();
  expect(found.findings.filter(({ state }) => state !== 'good')).toEqual([]);
  expect(found.code).toBe(0);
  expect(toldOf(found, 'good').at(-1)).toMatch(
    /^webhook: reached, and the secret is right \(ping of .*: 202 after/,
  );
  expect(receiver.taken()).toBe(2);
  expect(lab.fake.violations).toEqual([]);
});

test('without --no-ping nothing is sent again', async () => {
  await configure(asApp);
  await makeApp();
  lab.fake.github.installApp('octo');
  expect((await check('--no-ping')).code).toBe(0);
  expect(receiver.taken()).toBe(1);
});

test('each missing permission and event is told with what does not work, and where it is mended', async () => {
  await configure(asApp);
  await makeApp({
    owner: { login: 'acme', type: 'Organization' },
    permissions: { metadata: 'read', statuses: 'read', pull_requests: 'write', contents: 'write' },
    events: ['pull_request', 'push'],
  });
  lab.fake.github.installApp('octo');
  const found = await check();
  expect(toldOf(found, 'bad')).toEqual([
    'App on GitHub: may not *Commit statuses* (read and write): no status is shown beside a commit, and branch protection waits for ever',
  ]);
  const warned = toldOf(found, 'warning').join('\n');
  for (const title of [
    'Checks',
    'Issues',
    'Merge queues',
    'Issue comments',
    'Check runs',
    'Check suites',
    'Merge groups',
  ])
    expect(warned).toContain(`*${title}*`);
  expect(found.findings.find(({ state }) => state === 'bad')?.remedy).toContain(
    `${lab.fake.baseUrl}/organizations/acme/settings/apps/paddock/permissions`,
  );
  expect(found).toMatchObject({ code: 2, isFit: false });
});

test('an account that has not accepted new permissions yet, and one that has suspended the App', async () => {
  await configure(asApp);
  await makeApp();
  lab.fake.github.installApp('octo', { ...permissions, checks: 'read' });
  lab.fake.github.suspendApp(lab.fake.github.installApp('other'));
  const found = await check();
  expect(toldOf(found, 'warning')).toEqual(['installations: octo has not accepted *Checks* yet']);
  expect(toldOf(found, 'bad')).toEqual(['installations: other has suspended it: nothing is tested there']);
});

test('an App that is installed nowhere', async () => {
  await configure(asApp);
  await makeApp();
  const found = await check();
  expect(toldOf(found, 'bad')).toEqual([
    'installations: the App is installed nowhere, so that it sees no repository',
    `repositories: ${fullName} does not exist, or the App is not installed for it: it is not tested`,
  ]);
  expect(found.findings.find(({ about }) => about === 'installations')?.remedy).toContain(
    '/apps/paddock/installations/new',
  );
});

test('the key of another App', async () => {
  await configure(asApp);
  await makeApp({ publicKey: others.publicKey });
  const found = await check();
  expect(toldOf(found, 'bad')[0]).toMatch(/^GitHub: GitHub does not take the App's proof/);
  expect(JSON.stringify(found)).not.toMatch(/PRIVATE KEY|eyJ/);
});

test('a wrong secret is told from the coordinator’s own answer', async () => {
  await configure(asApp);
  await makeApp({}, 'another');
  lab.fake.github.installApp('octo');
  expect(toldOf(await check(), 'bad')).toEqual([
    expect.stringMatching(/^webhook: the secret is wrong \(ping of .*: 401 "the signature does not match/),
  ]);
});

test('a coordinator that runs without the secret', async () => {
  receiver.restart(null);
  await configure(asApp);
  await makeApp();
  lab.fake.github.installApp('octo');
  expect(toldOf(await check(), 'bad')).toEqual([
    expect.stringMatching(/^webhook: the coordinator that answers has no `webhook-secrets`/),
  ]);
});

test('an address that nobody answers, and that is not the configured one', async () => {
  await configure(asApp, 'https://ci.example.org');
  await makeApp({ hook: { url: 'http://127.0.0.1:1/hooks/github', secret } });
  lab.fake.github.installApp('octo');
  const found = await check();
  expect(toldOf(found, 'bad')).toEqual([
    expect.stringContaining('GitHub cannot reach it: failed to connect to host'),
  ]);
  expect(toldOf(found, 'warning')).toEqual([
    'webhook: GitHub sends to http://127.0.0.1:1/hooks/github, and the configuration says https://ci.example.org/hooks/github',
  ]);
});

test('GitHub out of reach is a warning, and no trace', async () => {
  await configure(asApp);
  await makeApp();
  await lab.fake.goDown();
  const found = await check();
  expect(toldOf(found, 'warning')).toEqual([expect.stringMatching(/^GitHub: GitHub could not be reached/)]);
});

test('doctor says the same, and sends nothing', async () => {
  await configure(asApp);
  await makeApp({ permissions: { metadata: 'read' } });
  const running = lab.start('doctor', '--json');
  await running.ended;
  expect(toldOf(diagnosis.parse(JSON.parse(running.stdout())), 'bad').join('\n')).toContain(
    'may not *Commit statuses*',
  );
  expect(receiver.taken()).toBe(1);
});

const asToken = 'token: { file: hook }';
const withHooks = `${asToken}, webhook-secrets: [{ file: hook }]`;
const limit = (more: Partial<Parameters<typeof lab.fake.github.limitToken>[0]>) =>
  lab.fake.github.limitToken({ scopes: null, permissions: null, expiresAt: null, mayPush: true, ...more });

/** The token of the fake GitHub is what the file holds. */
const tokenFile = () => writeFile(path.join(lab.directory, 'hook'), lab.fake.token);

test.each([
  ['repo', 0, []],
  ['public_repo', 0, ['token: without the scope `repo` private repositories are not seen']],
  ['repo:status', 0, [expect.stringContaining('with `repo:status` alone comments are not answered')]],
  ['gist', 2, []],
])('a classic token with the scope %s', async (scope, code, warnings) => {
  await tokenFile();
  limit({ scopes: [scope] });
  await configure(asToken);
  const found = await check();
  expect([found.code, toldOf(found, 'warning')]).toEqual([code, warnings]);
  expect(toldOf(found, 'good')[0]).toBe(`token: classic, of ci-robot with ${scope}`);
  expect(lab.fake.violations).toEqual([]);
});

test('a fine-grained token is tried, and nothing is written by that', async () => {
  await tokenFile();
  limit({ permissions: { pull_requests: 'read' }, expiresAt: Date.now() + 3 * 86_400_000 });
  await configure(withHooks);
  const found = await check();
  expect(toldOf(found, 'bad')).toEqual([
    `repositories: ${fullName}: the token may not *Commit statuses*: no status is shown beside a commit, and branch protection waits for ever`,
  ]);
  expect(toldOf(found, 'warning')).toEqual([
    expect.stringMatching(/^token: it ends on \d{4}-\d\d-\d\d: then no status is shown$/),
    `webhook: ${fullName}: the token may not look at webhooks`,
  ]);
  limit({ permissions: { pull_requests: 'read', statuses: 'write', repository_hooks: 'read' } });
  lab.fake.github.addHook({
    repository: fullName,
    url: `${receiver.url}/hooks/github`,
    events: ['*'],
    lastCode: 202,
  });
  expect(await check()).toMatchObject({ code: 0 });
  expect(lab.fake.statuses()).toEqual([]);
});

test('a webhook of a repository that lacks an event, and one that did not arrive', async () => {
  await tokenFile();
  limit({ scopes: ['repo'] });
  await configure(withHooks);
  const url = `${receiver.url}/hooks/github`;
  const events = ['pull_request', 'push', 'pull_request_review', 'merge_group'];
  lab.fake.github.addHook({ repository: fullName, url, events, lastCode: 401, contentType: 'form' });
  const found = await check();
  expect(toldOf(found, 'warning')).toEqual([
    `webhook: ${fullName} is not told of *Issue comments*: \`/paddock …\` in a comment does nothing`,
  ]);
  expect(toldOf(found, 'bad')).toEqual([
    'webhook: it sends form: nothing is understood',
    `webhook: ${fullName}: the secret is wrong (401)`,
  ]);
});

test('a repository that the token does not see, and one that its owner may not write to', async () => {
  await tokenFile();
  limit({ scopes: ['repo'], mayPush: false });
  await configure(asToken);
  expect(toldOf(await check(), 'bad')).toEqual([
    expect.stringContaining('ci-robot may not write to octo/app'),
  ]);
  await configure(asToken, receiver.url, 'octo/nothing');
  expect(toldOf(await check(), 'bad')).toEqual([expect.stringContaining('octo/nothing does not exist')]);
});
