import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { inspect } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createForgeClient } from '#coordinator/github/forge-client.ts';
import { openCredentials } from '#coordinator/github/open-forge.ts';
import { forgeCredential } from '#coordinator/wiring/forge-credential.ts';
import { type FakeGithub, startFakeGithub } from '#test/support/fake-github/fake-github.ts';
import { type Lab, openLab } from '../support/brain-lab.ts';
import { addRepository } from '../support/rows.ts';
import { failureOf, withServer } from './forge-failures.ts';
import { fullName, shaOf } from './small-github.ts';

const pair = () =>
  generateKeyPairSync('rsa', {
    modulusLength: 2_048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });
const [ours, others] = [pair(), pair()];
const all = {
  metadata: 'read',
  contents: 'write',
  statuses: 'write',
  checks: 'write',
  pull_requests: 'write',
};
const minute = 60_000;

let fake: FakeGithub;
let now: number;

beforeEach(async () => {
  now = Date.now();
  fake = await startFakeGithub({ now: () => now });
  const { github } = fake;
  github.createRepository({ fullName, cloneUrl: 'http://127.0.0.1:1/x', head: shaOf(0) });
  github.createApp({
    id: 4_711,
    publicKey: ours.publicKey,
    permissions: { ...all, administration: 'write' },
  });
});
afterEach(() => fake.close());

const access = (more: { pem?: string; installation?: number; baseUrl?: string } = {}) => {
  const privateKey = createPrivateKey(more.pem ?? ours.privateKey);
  const app = { id: 4_711, privateKey, installation: more.installation ?? null };
  return { baseUrl: more.baseUrl ?? fake.baseUrl, app, now: () => now };
};
const client = (more = {}) => createForgeClient(access(more));
const status = {
  fullName,
  sha: shaOf(0),
  state: 'pending' as const,
  context: 'paddock',
  description: '',
  targetUrl: 'http://127.0.0.1:1/',
};
const calls = () => fake.requests.map(({ method, path, status }) => `${method} ${path} ${status}`);
const tokenCalls = () => calls().filter(call => call.includes('access_tokens')).length;

test('an App finds where it is installed, gets a token, and uses it for an hour', async () => {
  const id = fake.github.installApp('octo');
  const app = client();
  await app.postStatus(status);
  now += 49 * minute;
  await app.postStatus({ ...status, context: 'later' });
  expect(calls()).toEqual([
    `GET /repos/${fullName}/installation 200`,
    `POST /app/installations/${id}/access_tokens 201`,
    `POST /repos/${fullName}/statuses/${shaOf(0)} 201`,
    `POST /repos/${fullName}/statuses/${shaOf(0)} 201`,
  ]);
  now += 2 * minute;
  await app.postStatus({ ...status, context: 'with a new token' });
  expect(tokenCalls()).toBe(2);
  expect(fake.violations).toEqual([]);
});

test('twenty calls at once wait for one token', async () => {
  fake.github.installApp('octo');
  const app = client();
  await Promise.all(Array.from({ length: 20 }, (_, n) => app.postStatus({ ...status, context: `c${n}` })));
  expect(tokenCalls()).toBe(1);
});

test('a token is asked for with what is used, and with nothing else that was granted', async () => {
  fake.github.installApp('octo');
  await client().postStatus(status);
  expect(fake.github.appTokens()).toEqual([all]);
});

test('what a merge of workflows needs is used where it was granted, and missed by nobody', async () => {
  fake.github.installApp('octo', { ...all, workflows: 'write' });
  await client().postStatus(status);
  expect(fake.github.appTokens()).toEqual([{ ...all, workflows: 'write' }]);
});

test('permissions that are missing are not asked for, and each call that needs one says so', async () => {
  fake.github.installApp('octo', { metadata: 'read', statuses: 'write', pull_requests: 'read' });
  const app = client();
  await app.postStatus(status);
  const comment = { fullName, number: 1, marker: 'x', body: 'y' };
  expect(await failureOf(app.createComment(comment))).toMatchObject({
    code: 'forbidden',
    isForgeWide: false,
  });
  expect(fake.violations).toEqual([]);
});

test('the installation may be given; then it is not looked for', async () => {
  const installation = fake.github.installApp('octo');
  await client({ installation }).postStatus(status);
  expect(calls()[0]).toBe(`GET /app/installations/${installation} 200`);
  expect(fake.violations).toEqual([]);
});

test('where the App is not installed it says what to do, and stands in nobody’s way', async () => {
  fake.github.installApp('somebody-else');
  const failure = await failureOf(client().postStatus(status));
  expect(failure).toMatchObject({ code: 'not-found', isForgeWide: false, retry: 'backoff' });
  expect(failure.message).toBe(
    'the App is not installed for octo/app, so that nothing can be done there; it is tried again; ' +
      'install it on GitHub, for this repository or all of its owner',
  );
});

test('after the App was taken away and installed again, the second try goes through', async () => {
  const first = fake.github.installApp('octo');
  const app = client();
  await app.postStatus(status);
  fake.github.uninstallApp(first);
  fake.github.installApp('octo');
  expect(await failureOf(app.postStatus(status))).toMatchObject({ code: 'unauthorized' });
  await app.postStatus(status);
  expect(fake.statuses()).toHaveLength(2);
});

test('the key of another App opens nothing, and an hour of difference between two clocks neither', async () => {
  fake.github.installApp('octo');
  const wrong = { code: 'unauthorized', isForgeWide: true };
  expect(await failureOf(client({ pem: others.privateKey }).postStatus(status))).toMatchObject(wrong);
  const late = createForgeClient({ ...access(), now: () => now - 60 * minute });
  expect(await failureOf(late.postStatus(status))).toMatchObject(wrong);
});

test('comments of an App are found under its own name', async () => {
  fake.github.installApp('octo');
  fake.github.push({ repository: fullName, branch: 'fix', commits: [{ sha: shaOf(1) }] });
  fake.github.openPull({ repository: fullName, title: 'Fix', branch: 'fix' });
  const comment = { fullName, number: 1, marker: 'approval', body: 'hello' };
  const id = await client().createComment(comment);
  expect(fake.github.commentsOf(fullName, 1)).toMatchObject([{ author: 'paddock[bot]' }]);
  expect(await client().findComment(comment)).toBe(id);
  expect(fake.violations).toEqual([]);
});

test.each(['bad-token', 'reset', 'forbidden'] as const)(
  'no key and no token is in an error: %s',
  async type => {
    fake.github.installApp('octo');
    const app = client();
    for (let calls = 0; calls < 3; calls++) {
      fake.inject({ type });
      const failure = await failureOf(app.postStatus(status));
      const everything = inspect(failure, { depth: 20, showHidden: true, getters: true });
      expect(everything).not.toMatch(/ghs_|eyJ|PRIVATE KEY/);
      await app.postStatus(status).catch(() => {});
    }
  },
);

test('an Enterprise server is asked below its own path, in both modes', async () => {
  const asked: string[] = [];
  const answer: RequestListener = (request, response) => {
    asked.push(`${request.method} ${request.url}`);
    const found = { id: 7, permissions: all, token: 'ghs_x', expires_at: '2099-01-01T00:00:00Z' };
    response.writeHead(201, { 'content-type': 'application/json' });
    request.resume().on('end', () => response.end(JSON.stringify(found)));
  };
  await withServer(answer, async url => {
    const baseUrl = `${url}/api/v3/`;
    await client({ baseUrl }).postStatus(status);
    await createForgeClient({ baseUrl, token: 'a-token' }).postStatus(status);
  });
  const post = `POST /api/v3/repos/${fullName}/statuses/${shaOf(0)}`;
  expect(asked).toEqual([
    `GET /api/v3/repos/${fullName}/installation`,
    'POST /api/v3/app/installations/7/access_tokens',
    post,
    post,
  ]);
});

test('git fetches with a token of the installation, and only from the forge’s own host', async () => {
  fake.github.installApp('octo');
  const lab: Lab = await openLab();
  try {
    const github = {
      api: fake.baseUrl,
      access: { type: 'app', ...access().app },
      webhookSecrets: [],
      signIn: null,
    } as const;
    const credentialsFor = forgeCredential(
      { github: { ...github, webhookSecrets: [] } },
      openCredentials(access()),
      lab.store,
    );
    const own = await addRepository(lab, fullName, { cloneUrl: `${fake.baseUrl}/octo/app.git` });
    const strange = await addRepository(lab, 'octo/other', { cloneUrl: 'https://evil.example/x.git' });
    const { header } = (await credentialsFor(own.id)) ?? { header: '' };
    expect(Buffer.from(header.replace('Authorization: Basic ', ''), 'base64').toString()).toMatch(
      /^x-access-token:ghs_/,
    );
    expect(await credentialsFor(strange.id)).toBe(null);
    await fake.goDown();
    now += 60 * minute;
    await expect(credentialsFor(own.id)).rejects.toMatchObject({
      name: 'SourceError',
      code: 'host-unreachable',
    });
  } finally {
    await lab.close();
  }
});
