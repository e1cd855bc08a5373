/** What the stand-in says of an App, held against GitHub's own description. */
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type GithubStandIn, startGithubStandIn } from '#coordinator/demo/github-stand-in/stand-in.ts';
import { appToken } from '#coordinator/github/app-token.ts';
import { type Contract, loadContract } from '#test/support/github-openapi/contract.ts';
import { until } from '#test/support/until.ts';

const { publicKey, privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2_048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
});
const permissions = { metadata: 'read', issues: 'read', contents: 'read' };

let contract: Contract;
let standIn: GithubStandIn;
let now: number;
beforeEach(async () => {
  contract = await loadContract();
  now = Date.now();
  standIn = await startGithubStandIn({ token: 'demo-token', now: () => now });
});
afterEach(() => standIn.close());

/** In its list of installations GitHub describes an account as a person and an enterprise at once, which none is. */
const isMeant = (problem: string): boolean => !/^answer 200\/0\/account /.test(problem);

async function ask(method: string, path: string, token: string | null, body?: unknown) {
  const request = { method, path, query: new URLSearchParams(), body };
  expect(contract.checkRequest(request)).toEqual([]);
  const response = await fetch(standIn.baseUrl + path, {
    method,
    headers: { ...(token ? { authorization: `Bearer ${token}` } : {}), 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const answer = (await response.json()) as { request?: { payload: unknown } };
  // Where GitHub describes a success without a body there is none to be held against it.
  if (response.status !== 202 && response.ok)
    expect(contract.checkAnswer(request, response.status, answer).filter(isMeant)).toEqual([]);
  return { status: response.status, answer };
}

/** With a webhook that nobody takes. */
async function makeApp(): Promise<string> {
  const hook = { url: 'http://127.0.0.1:1/hooks/github', secret: 'of-the-hook' };
  standIn.github.createApp({ id: 7, publicKey, permissions, events: ['push'], hook });
  await until('the ping has failed', () => standIn.github.app()?.deliveries.length === 1);
  return appToken({ id: 7, privateKey: createPrivateKey(privateKey) }, now);
}

test('the App, its installations, its webhook and what was sent fit the description', async () => {
  const token = await makeApp();
  standIn.github.suspendApp(standIn.github.installApp('octo'));
  for (const path of ['/app', '/app/installations', '/app/hook/config', '/app/hook/deliveries'])
    expect((await ask('GET', path, token)).status).toBe(200);
  const id = standIn.github.app()?.deliveries[0]?.id;
  const { answer } = await ask('GET', `/app/hook/deliveries/${id}`, token);
  expect(answer).toMatchObject({
    event: 'ping',
    status: 'failed to connect to host',
    response: { payload: null },
  });
  expect(contract.checkWebhook('ping', answer.request?.payload)).toEqual([]);
});

test('what an installation lists fits the description, and a person has no such list', async () => {
  const token = await makeApp();
  standIn.github.createRepository({
    ...{ fullName: 'octo/app', cloneUrl: 'http://127.0.0.1:1/x', head: 'a'.repeat(40) },
  });
  const id = standIn.github.installApp('octo');
  const given = await ask('POST', `/app/installations/${id}/access_tokens`, token, {});
  const { token: ofInstallation } = given.answer as { token: string };
  const { status, answer } = await ask('GET', '/installation/repositories', ofInstallation);
  expect([status, answer]).toEqual([200, expect.objectContaining({ total_count: 1 })]);
  expect((await ask('GET', '/installation/repositories', 'demo-token')).status).toBe(403);
});

test('a delivery is sent again under its own name, and the secret of the webhook is never shown', async () => {
  const token = await makeApp();
  const first = standIn.github.app()?.deliveries[0];
  expect((await ask('POST', `/app/hook/deliveries/${first?.id}/attempts`, token)).status).toBe(202);
  await until('it was sent again', () => standIn.github.app()?.deliveries.length === 2);
  expect(standIn.github.app()?.deliveries[0]).toMatchObject({ guid: first?.guid, isAgain: true });
  const changed = await ask('PATCH', '/app/hook/config', token, { secret: 'another' });
  expect(changed.answer).toMatchObject({ secret: '********', content_type: 'json' });
  expect(standIn.github.app()?.hook?.secret).toBe('another');
});

const manifest = {
  name: 'Ours',
  url: 'https://ci.example.org',
  redirect_url: 'http://127.0.0.1:1/created',
  hook_attributes: { url: 'https://ci.example.org/hooks/github' },
  default_permissions: permissions,
  default_events: ['push', 'issue_comment'],
};

const press = (asked: object) =>
  fetch(`${standIn.baseUrl}/settings/apps/new?state=s`, {
    method: 'POST',
    body: new URLSearchParams({ manifest: JSON.stringify(asked), name: manifest.name }),
    redirect: 'manual',
  });

async function codeOf(asked: object = manifest): Promise<string> {
  const back = new URL((await press(asked)).headers.get('location') ?? '');
  expect(back.searchParams.get('state')).toBe('s');
  return back.searchParams.get('code') ?? '';
}

test('a code becomes an App once, and not after an hour', async () => {
  const path = `/app-manifests/${await codeOf()}/conversions`;
  const { status, answer } = await ask('POST', path, null);
  expect([status, answer]).toEqual([201, expect.objectContaining({ name: 'Ours', slug: 'ours' })]);
  expect((await ask('POST', path, null)).status).toBe(404);
  const late = await codeOf();
  now += 3_600_000;
  expect((await ask('POST', `/app-manifests/${late}/conversions`, null)).status).toBe(404);
});

test.each([
  [
    'an event that it may not read',
    { default_permissions: { metadata: 'read' } },
    'Default events unsupported: push, issue_comment',
  ],
  ['a long name', { name: 'x'.repeat(35) }, 'maximum is 34 characters'],
  ['no place to go back to', { redirect_url: '' }, 'redirect_url'],
])('a manifest with %s is refused', async (_, change, words) => {
  const answer = await press({ ...manifest, ...change });
  expect([answer.status, await answer.text()]).toEqual([422, expect.stringContaining(words)]);
});

test('webhooks of a repository, and what a token is, fit the description', async () => {
  const repository = 'octo/app';
  standIn.github.createRepository({
    fullName: repository,
    cloneUrl: 'http://127.0.0.1:1/x',
    head: 'a'.repeat(40),
  });
  standIn.github.addHook({
    repository,
    url: 'https://ci.example.org/hooks/github',
    events: ['push'],
    lastCode: 401,
  });
  standIn.github.addHook({ repository, url: 'https://other.example.org', events: ['*'], hasSecret: false });
  standIn.github.limitToken({ scopes: ['repo'], permissions: null, expiresAt: now, mayPush: false });
  for (const path of [`/repos/${repository}/hooks`, `/repos/${repository}`, '/user'])
    expect((await ask('GET', path, 'demo-token')).status).toBe(200);
});
