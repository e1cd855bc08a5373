import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadConfig } from '#coordinator/config/config.ts';
import {
  appEvents,
  appPermissions,
  signInEvents,
  signInPermissions,
} from '#coordinator/github/app-permissions.ts';
import { githubSetUp } from '#shared/github-app.ts';
import { until } from '#test/support/until.ts';
import { at, type Lab, openSetUpLab } from './set-up-lab.ts';

let lab: Lab;
beforeEach(async () => {
  lab = await openSetUpLab();
});
afterEach(() => lab.close());

const key = 'data/github/private-key.pem';
const secret = 'data/github/webhook-secret';
const clientSecret = 'data/github/client-secret';
const setUp = (...more: string[]) =>
  lab.start('github', 'setup', ...at(lab), '--organization', 'acme', '--no-wait', ...more);

test('from nothing to an App that is made, kept and configured', async () => {
  const running = setUp('--write');
  await lab.visit(running);
  expect(await running.ended).toBe(0);
  const app = lab.fake.github.app();
  expect(app).toMatchObject({ name: 'paddock-acme', owner: { login: 'acme', type: 'Organization' } });
  expect(await lab.read(key)).toMatch(/^-----BEGIN RSA PRIVATE KEY-----/);
  expect((await lab.read(secret)).trim()).toBe(app?.hook?.secret);
  for (const file of [key, secret, clientSecret, 'paddock.yaml'])
    expect(await lab.modeOf(file), file).toBe(0o600);
  const config = await loadConfig(null, lab.environment, lab.directory);
  expect(config.github).toMatchObject({
    api: `${lab.fake.baseUrl}/api/v3`,
    access: { type: 'app', id: app?.id },
    webhookSecrets: [app?.hook?.secret],
    signIn: {
      clientId: lab.fake.github.signIn()?.clientId,
      clientSecret: lab.fake.github.signIn()?.clientSecret,
    },
  });
  expect(lab.fake.github.signIn()?.callbackUrls).toEqual(['http://127.0.0.1:1/sign-in/github/callback']);
  expect(config.url).toBe('http://127.0.0.1:1');
  expect(lab.fake.violations).toEqual([]);
});

test('the App may what Paddock needs, is told what it acts on, and nothing more', async () => {
  const running = setUp();
  const { action, manifest } = await lab.formOf(await lab.linkOf(running));
  expect(action).toMatch(/\/organizations\/acme\/settings\/apps\/new\?state=[\w-]{43}$/);
  expect(manifest).toMatchObject({
    public: false,
    hook_attributes: { url: 'http://127.0.0.1:1/hooks/github', active: true },
    default_events: Object.keys({ ...appEvents, ...signInEvents }),
    default_permissions: { statuses: 'write', checks: 'write', issues: 'read' },
  });
  expect(Object.keys(manifest.default_permissions as object)).toEqual(
    Object.keys({ ...appPermissions, ...signInPermissions }),
  );
  await fetch(await lab.press({ action, manifest }, 'Another name'));
  expect(await running.ended).toBe(0);
  expect(running.stderr()).toContain('made the App Another name');
});

test('neither key nor secret is printed, also not as JSON', async () => {
  const running = setUp('--json');
  await lab.visit(running);
  expect(await running.ended).toBe(0);
  const app = githubSetUp.parse(JSON.parse(running.stdout()));
  expect(app).toMatchObject({ slug: 'paddock-acme', owner: 'acme', findings: [] });
  expect(app.configuration).toContain(`id: ${app.id}`);
  const said = running.stdout() + running.stderr();
  expect(said).not.toContain('PRIVATE KEY');
  expect(said).not.toContain(lab.fake.github.app()?.hook?.secret);
  expect(said).not.toContain(lab.fake.github.signIn()?.clientSecret);
});

test('an App of one’s own account, without a webhook', async () => {
  const running = lab.start('github', 'setup', ...at(lab), '--own-account', '--no-webhook', '--no-wait');
  await lab.visit(running);
  expect(await running.ended).toBe(0);
  expect(lab.fake.github.app()).toMatchObject({ hook: null, events: [], owner: { type: 'User' } });
  expect(running.stdout()).not.toContain('webhook-secrets');
  expect(await readdir(path.join(lab.directory, 'data/github'))).toEqual([
    'client-secret',
    'private-key.pem',
  ]);
});

test('it waits until the App is installed, and says what it may there', async () => {
  const running = lab.start('github', 'setup', ...at(lab), '--organization', 'acme');
  await lab.visit(running);
  await until('it waits', () => running.stderr().includes('waiting until it is installed'));
  lab.fake.github.installApp('acme');
  expect(await running.ended).toBe(0);
  expect(running.stdout()).toContain('✓ installations  acme: all repositories');
});

test('an answer with another state is refused, and the right one still taken', async () => {
  const running = setUp();
  const form = await lab.formOf(await lab.linkOf(running));
  const back = await lab.press(form);
  const forged = new URL(back);
  forged.searchParams.set('state', 'a'.repeat(43));
  expect((await fetch(forged)).status).toBe(400);
  forged.searchParams.delete('state');
  expect((await fetch(forged)).status).toBe(400);
  await until('it is told', () => running.stderr().includes('not of this set-up'));
  expect((await fetch(back)).status).toBe(200);
  expect(await running.ended).toBe(0);
});

test('the page is for who has its link, and for no other name of this computer', async () => {
  const running = setUp();
  const link = new URL(await lab.linkOf(running));
  expect((await fetch(new URL('/', link))).status).toBe(404);
  expect((await fetch(new URL('/another', link))).status).toBe(404);
  expect((await fetch(link, { method: 'POST' })).status).toBe(400);
  const headers = (await fetch(link)).headers;
  expect(headers.get('content-security-policy')).toContain("default-src 'none'");
  await fetch(await lab.linkOf(running));
  await running.ended;
});

test('a link that is opened twice makes nothing, and says so', async () => {
  const running = setUp();
  const link = await lab.linkOf(running);
  const back = await lab.press(await lab.formOf(link));
  expect((await fetch(link)).status).toBe(410);
  expect(await running.ended).toBe(2);
  expect(running.stderr()).toContain('the link was opened twice, perhaps by somebody else');
  await expect(fetch(back)).rejects.toThrow();
  expect(await readdir(path.join(lab.directory, 'data/github'))).toEqual([]);
  expect(lab.fake.github.app()).toBe(null);
});

test.each([
  ['expired', () => 'f'.repeat(40)],
  ['no code', () => '../../user'],
])('a code that is %s makes nothing', async (_, code) => {
  const running = setUp('--code', code());
  expect(await running.ended).toBe(2);
  expect(running.stderr()).toMatch(/GitHub does not know this code|that is no code of GitHub/);
  expect(running.stderr()).not.toContain('f'.repeat(40));
  expect(lab.fake.github.app()).toBe(null);
});

test('a code is good once; who has the address only may bring it by hand', async () => {
  const asked = setUp();
  const back = await lab.press(await lab.formOf(await lab.linkOf(asked)));
  expect(await setUp('--code', back.href).ended).toBe(0);
  const again = setUp('--code', back.href, '--directory', 'elsewhere');
  expect(await again.ended).toBe(2);
  expect(again.stderr()).toContain('it is good once, for an hour');
  expect(await readdir(path.join(lab.directory, 'elsewhere'))).toEqual([]);
  await fetch(back);
  expect(await asked.ended).toBe(2);
});

test('secrets that are there are not written over unasked, and no App is made', async () => {
  await mkdir(path.join(lab.directory, 'data/github'), { recursive: true });
  await writeFile(path.join(lab.directory, key), 'of another App');
  const running = setUp();
  expect(await running.ended).toBe(2);
  expect(running.stderr()).toContain('is there already, perhaps of an App that is in use; nothing was done');
  expect(await lab.read(key)).toBe('of another App');
  const replacing = setUp('--replace');
  await lab.visit(replacing);
  expect(await replacing.ended).toBe(0);
  expect(await lab.read(key)).toMatch(/^-----BEGIN/);
});

test('a configuration keeps its comments, and one that names GitHub already is left alone', async () => {
  const file = path.join(lab.directory, 'paddock.yaml');
  await writeFile(
    file,
    '# ours\nurl: https://ci.example.org # by the proxy\nrepositories: [{ name: acme/rocket }]\n',
  );
  await chmod(file, 0o640);
  const first = lab.start(
    'github',
    'setup',
    '--ghe',
    lab.fake.baseUrl,
    '--organization',
    'acme',
    '--no-wait',
    '--write',
  );
  await lab.visit(first);
  expect(await first.ended).toBe(0);
  const text = await lab.read('paddock.yaml');
  expect(text).toMatch(
    /^# ours\nurl: https:\/\/ci\.example\.org # by the proxy\nrepositories: \[ ?\{ name: acme\/rocket \} ?\]\ngithub:\n/,
  );
  expect(await lab.modeOf('paddock.yaml')).toBe(0o640);
  const second = setUp('--write', '--directory', 'elsewhere');
  expect(await second.ended).toBe(2);
  expect(second.stderr()).toContain('says already how GitHub is reached');
  expect(await lab.read('paddock.yaml')).toBe(text);
});

/** Nobody makes a folder there, whoever runs the tests. */
test('where nothing can be written nothing is made', async () => {
  const running = setUp('--directory', '/sys/paddock');
  expect(await running.ended).toBe(2);
  expect(running.stderr()).toContain('cannot be written');
  expect(lab.fake.requests).toEqual([]);
});

test('a folder that is a file is told before anything is made', async () => {
  await writeFile(path.join(lab.directory, 'data'), '');
  const running = setUp();
  expect(await running.ended).toBe(2);
  expect(running.stderr()).toContain('cannot be written');
  expect(lab.fake.requests).toEqual([]);
});

test.each([
  [['--own-account', '--organization', 'acme'], 'cannot both be'],
  [[], '--organization (or --own-account) is missing'],
  [['--organization', 'a/b'], 'no name of an organization'],
  [['--own-account', '--url', 'ftp://x'], 'no address'],
  [['--own-account', '--name', 'x'.repeat(35)], '1 to 34 characters'],
])('%j is refused with a sentence', async (args, sentence) => {
  const running = lab.start('github', 'setup', '--url', 'https://ci.example.org', ...args);
  expect(await running.ended).toBe(2);
  expect(running.stderr()).toContain(sentence);
});

test('a file that comes while somebody is at GitHub is kept, and the code is good for another place', async () => {
  const running = setUp();
  const back = await lab.press(await lab.formOf(await lab.linkOf(running)));
  await writeFile(path.join(lab.directory, secret), 'of another App');
  await fetch(back);
  expect(await running.ended).toBe(2);
  expect(await lab.read(secret)).toBe('of another App');
  expect(lab.fake.github.app()).toBe(null);
  expect(await setUp('--code', back.href, '--directory', 'elsewhere').ended).toBe(0);
  expect(await lab.read('elsewhere/webhook-secret')).toContain(lab.fake.github.app()?.hook?.secret);
});

test.each(['broken', 'forbidden', 'reset'] as const)(
  'GitHub that does not exchange the code (%s) leaves nothing here',
  async type => {
    lab.fake.inject(type === 'broken' ? { type, status: 502 } : { type });
    const running = setUp('--code', 'c'.repeat(40));
    expect(await running.ended).toBe(2);
    expect(running.stderr()).toMatch(/exchange of the code for the App/);
    expect(running.stderr()).not.toContain('c'.repeat(40));
    expect(await readdir(path.join(lab.directory, 'data/github'))).toEqual([]);
  },
);

test('a server without https is not asked for a key', async () => {
  const running = lab.start(
    'github',
    'setup',
    '--own-account',
    '--url',
    'https://x.example',
    '--ghe',
    'http://ghe.example',
  );
  expect(await running.ended).toBe(2);
  expect(running.stderr()).toContain('in the clear');
});

test('GitHub cannot reach this computer, and is not asked to', async () => {
  const running = lab.start('github', 'setup', '--own-account', '--url', 'http://localhost:7070');
  expect(await running.ended).toBe(2);
  expect(running.stderr()).toContain('--no-webhook');
});
