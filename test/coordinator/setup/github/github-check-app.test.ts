import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Github } from '#coordinator/demo/github-stand-in/verbs.ts';
import { appEvents, appPermissions, signInEvents } from '#coordinator/github/app-permissions.ts';
import { diagnosis } from '#shared/diagnosis.ts';
import { until } from '#test/support/until.ts';
import { fullName } from '../../github/small-github.ts';
import { type CheckLab, openCheckLab, others, ours, secret, toldOf } from './check-lab.ts';

const permissions = Object.fromEntries(
  Object.entries(appPermissions).map(([name, { level }]) => [name, level]),
);
const asApp = 'app: { id: 7, private-key: { file: app.pem } }, webhook-secrets: [{ file: hook }]';

let of: CheckLab;
beforeEach(async () => {
  of = await openCheckLab();
});
afterEach(() => of.close());

type AppInput = Parameters<Github['createApp']>[0];
/** An App with all it needs, whose first ping has come to its end. */
async function makeApp(more: Partial<AppInput> = {}, hookSecret = secret): Promise<void> {
  const hook = { url: `${of.receiver.url}/hooks/github`, secret: hookSecret };
  const input = {
    id: 7,
    publicKey: ours.publicKey,
    permissions,
    events: Object.keys(appEvents),
    hook,
    ...more,
  };
  of.lab.fake.github.createApp(input);
  await until('the ping was sent', () => of.lab.fake.github.app()?.deliveries.length === 1);
}

test('an App with all it needs: nothing is missing, and a ping proves address and secret', async () => {
  await of.configure(asApp);
  await makeApp();
  of.lab.fake.github.installApp('octo');
  const found = await of.check();
  expect(found.findings.filter(({ state }) => state !== 'good')).toEqual([]);
  expect(found.code).toBe(0);
  expect(toldOf(found, 'good').at(-1)).toMatch(
    /^webhook: reached, and the secret is right \(ping of .*: 202 after/,
  );
  expect(of.receiver.taken()).toBe(2);
  expect(of.lab.fake.violations).toEqual([]);
});

test('without --no-ping nothing is sent again', async () => {
  await of.configure(asApp);
  await makeApp();
  of.lab.fake.github.installApp('octo');
  expect((await of.check('--no-ping')).code).toBe(0);
  expect(of.receiver.taken()).toBe(1);
});

test('each missing permission and event is told with what does not work, and where it is mended', async () => {
  await of.configure(asApp);
  await makeApp({
    owner: { login: 'acme', type: 'Organization' },
    permissions: { metadata: 'read', statuses: 'read', pull_requests: 'write', contents: 'write' },
    events: ['pull_request', 'push'],
  });
  of.lab.fake.github.installApp('octo');
  const found = await of.check();
  expect(toldOf(found, 'bad')).toEqual([
    'App on GitHub: lacks the permission "Commit statuses" (read and write): no status is shown beside a commit, and branch protection waits for ever',
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
    expect(warned).toContain(`"${title}"`);
  expect(found.findings.find(({ state }) => state === 'bad')?.remedy).toContain(
    `${of.lab.fake.baseUrl}/organizations/acme/settings/apps/paddock/permissions`,
  );
  expect(found).toMatchObject({ code: 2, isFit: false });
});

test('an account that has not accepted new permissions yet, and one that has suspended the App', async () => {
  await of.configure(asApp);
  await makeApp();
  of.lab.fake.github.installApp('octo', { ...permissions, checks: 'read' });
  of.lab.fake.github.suspendApp(of.lab.fake.github.installApp('other'));
  const found = await of.check();
  expect(toldOf(found, 'warning')).toEqual(['installations: octo has not accepted "Checks" yet']);
  expect(toldOf(found, 'bad')).toEqual(['installations: other has suspended it: nothing is tested there']);
});

test('an App that is installed nowhere', async () => {
  await of.configure(asApp);
  await makeApp();
  const found = await of.check();
  expect(toldOf(found, 'bad')).toEqual([
    'installations: the App is installed nowhere, so that it sees no repository',
    `repositories: ${fullName} does not exist, or the App is not installed for it: it is not tested`,
  ]);
  expect(found.findings.find(({ about }) => about === 'installations')?.remedy).toContain(
    '/apps/paddock/installations/new',
  );
});

test('the key of another App', async () => {
  await of.configure(asApp);
  await makeApp({ publicKey: others.publicKey });
  const found = await of.check();
  expect(toldOf(found, 'bad')[0]).toMatch(/^GitHub: GitHub does not take the App's proof/);
  expect(JSON.stringify(found)).not.toMatch(/PRIVATE KEY|eyJ/);
});

test('a wrong secret is told from the coordinator’s own answer', async () => {
  await of.configure(asApp);
  await makeApp({}, 'another');
  of.lab.fake.github.installApp('octo');
  expect(toldOf(await of.check(), 'bad')).toEqual([
    expect.stringMatching(/^webhook: the secret is wrong \(ping of .*: 401 "the signature does not match/),
  ]);
});

test('a coordinator that runs without the secret', async () => {
  of.receiver.restart(null);
  await of.configure(asApp);
  await makeApp();
  of.lab.fake.github.installApp('octo');
  expect(toldOf(await of.check(), 'bad')).toEqual([
    expect.stringMatching(/^webhook: the coordinator that answers has no `webhook-secrets`/),
  ]);
});

test('an address that nobody answers, and that is not the configured one', async () => {
  await of.configure(asApp, 'https://ci.example.org');
  await makeApp({ hook: { url: 'http://127.0.0.1:1/hooks/github', secret } });
  of.lab.fake.github.installApp('octo');
  const found = await of.check();
  expect(toldOf(found, 'bad')).toEqual([
    expect.stringContaining('GitHub cannot reach it: failed to connect to host'),
  ]);
  expect(toldOf(found, 'warning')).toEqual([
    'webhook: GitHub sends to http://127.0.0.1:1/hooks/github, and the configuration says https://ci.example.org/hooks/github',
  ]);
});

test('GitHub out of reach is a warning, and no trace', async () => {
  await of.configure(asApp);
  await makeApp();
  await of.lab.fake.goDown();
  const found = await of.check();
  expect(toldOf(found, 'warning')).toEqual([expect.stringMatching(/^GitHub: GitHub could not be reached/)]);
});

async function doctor() {
  const running = of.lab.start('doctor', '--json');
  await running.ended;
  return diagnosis.parse(JSON.parse(running.stdout()));
}

test.each([
  ['an address that nobody answers', 'http://127.0.0.1:1', secret, 'GitHub cannot reach it'],
  ['a secret that is wrong', null, 'another', 'the secret is wrong'],
])('%s is bad, and a warning for doctor: perhaps nothing ran then', async (_, url, hookSecret, words) => {
  await of.configure(asApp);
  const hook = { url: `${url ?? of.receiver.url}/hooks/github`, secret: hookSecret };
  await makeApp({ hook });
  of.lab.fake.github.installApp('octo');
  const told = expect.stringContaining(words);
  expect(toldOf(await of.check('--no-ping'), 'bad')).toEqual([told]);
  const found = await doctor();
  expect(found.findings.filter(({ state, about }) => state === 'bad' && about === 'webhook')).toEqual([]);
  expect(toldOf(found, 'warning')).toContainEqual(told);
});

test('doctor says the same, and sends nothing', async () => {
  await of.configure(asApp);
  await makeApp({ permissions: { metadata: 'read' } });
  expect(toldOf(await doctor(), 'bad').join('\n')).toContain('lacks the permission "Commit statuses"');
  expect(of.receiver.taken()).toBe(1);
});

test('what a pattern finds for an App, and one that covers no account where it is installed', async () => {
  await of.configure(asApp, of.receiver.url, "'octo/*'");
  await makeApp();
  of.lab.fake.github.installApp('octo');
  expect(toldOf(await of.check(), 'good')).toContain(
    'repositories: octo: octo/* covers 1 of 1 repositories, which are found by themselves',
  );
  await of.configure(asApp, of.receiver.url, "'acme/*'");
  const found = await of.check();
  expect([found.code, toldOf(found, 'bad')]).toEqual([
    2,
    ['repositories: the App is installed on no account that acme/* covers: nothing of it is tested'],
  ]);
  expect(of.lab.fake.violations).toEqual([]);
});

const signIn = 'sign-in: { client-id: Iv1.abcdef, client-secret: { file: client } }';
const byApp = { clientId: 'Iv1.abcdef', clientSecret: 'right', callbackUrls: [] };

test('whether people can sign in is said, and of what the App is not told for that', async () => {
  await of.configure(`${asApp}, ${signIn}`);
  await of.write('client', 'right');
  await makeApp({ events: [...Object.keys(appEvents), 'repository'] });
  of.lab.fake.github.offerSignIn(byApp);
  of.lab.fake.github.installApp('octo');
  const found = await of.check();
  expect(toldOf(found, 'good').join('\n')).toContain(
    `signing in: by Iv1.abcdef; on its page the callback URL has to be ${of.receiver.url}/sign-in/github/callback`,
  );
  expect(toldOf(found, 'warning')).toEqual([
    'signing in: the App is not told of "Members", "Memberships", "Organizations", "Teams": a role that was taken away on GitHub may count here for up to an hour',
  ]);
  expect(of.lab.fake.violations).toEqual([]);
});

test('a client secret that GitHub does not take is told, and keeps nothing from being tested', async () => {
  await of.configure(`${asApp}, ${signIn}`);
  await of.write('client', 'wrong');
  await makeApp({ events: [...Object.keys(appEvents), ...Object.keys(signInEvents)] });
  of.lab.fake.github.offerSignIn(byApp);
  of.lab.fake.github.installApp('octo');
  const found = await of.check();
  expect(toldOf(found, 'warning')).toEqual([
    'signing in: GitHub does not take the client secret: nobody can sign in with it',
  ]);
  expect(found.code).toBe(0);
});
