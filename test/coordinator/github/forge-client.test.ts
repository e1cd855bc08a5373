import type { RequestListener } from 'node:http';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ForgeError } from '#coordinator/github/errors.ts';
import { createForgeClient, type StatusPost } from '#coordinator/github/forge-client.ts';
import { type FakeGithub, startFakeGithub } from '#test/support/fake-github/fake-github.ts';
import type { Fault } from '#test/support/fake-github/faults.ts';
import { until } from '#test/support/until.ts';
import { failureOf, withServer } from './forge-failures.ts';
import { fullName, shaOf } from './small-github.ts';

let fake: FakeGithub;

beforeEach(async () => {
  fake = await startFakeGithub();
  fake.github.createRepository({ fullName, cloneUrl: 'http://127.0.0.1:1/x', head: shaOf(0) });
});
afterEach(() => fake.close());

const client = (more: { token?: string; baseUrl?: string; timeoutMs?: number } = {}) =>
  createForgeClient({ baseUrl: fake.baseUrl, token: fake.token, ...more });

const status: StatusPost = {
  fullName,
  sha: shaOf(0),
  state: 'pending',
  context: 'paddock/debian-12',
  description: 'queued: waits for debian-12',
  targetUrl: 'http://127.0.0.1:1/jobs/job_1',
};

test('a status arrives as it was given, and GitHub has nothing to object', async () => {
  await client().postStatus(status);
  expect(fake.statuses()).toMatchObject([
    {
      repository: fullName,
      sha: shaOf(0),
      state: 'pending',
      context: 'paddock/debian-12',
      description: 'queued: waits for debian-12',
      targetUrl: 'http://127.0.0.1:1/jobs/job_1',
    },
  ]);
  expect(fake.violations).toEqual([]);
});

test('a slash at the end of the address does no harm', async () => {
  await client({ baseUrl: `${fake.baseUrl}/` }).postStatus(status);
  expect(fake.statuses()).toHaveLength(1);
});

test('the head of a pull request is what GitHub shows now', async () => {
  const { github } = fake;
  github.push({ repository: fullName, branch: 'fix', commits: [{ sha: shaOf(1) }] });
  const { number } = github.openPull({ repository: fullName, title: 'Fix', branch: 'fix' });
  expect(await client().pullHead(fullName, number)).toMatchObject({
    headSha: shaOf(1),
    state: 'open',
    merged: false,
  });
  github.push({ repository: fullName, branch: 'fix', commits: [{ sha: shaOf(2) }] });
  github.mergePull({ repository: fullName, number, mergeSha: shaOf(3) });
  const head = await client().pullHead(fullName, number);
  expect(head).toMatchObject({ headSha: shaOf(2), state: 'closed', merged: true });
  expect(Math.abs(head.updatedAt - Date.now())).toBeLessThan(60_000);
  expect(fake.violations).toEqual([]);
});

test.each<[string, Fault, Partial<ForgeError>]>([
  [
    'a broken GitHub',
    { type: 'broken', status: 502 },
    { code: 'unavailable', retry: 'backoff', isForgeWide: true, status: 502 },
  ],
  ['a bad token', { type: 'bad-token' }, { code: 'unauthorized', retry: 'backoff', isForgeWide: true }],
  [
    'a missing permission',
    { type: 'forbidden' },
    { code: 'forbidden', retry: 'backoff', isForgeWide: false },
  ],
  [
    'a secondary limit with a time',
    { type: 'secondary-limit', status: 403, retryAfterSeconds: 7 },
    { code: 'rate-limited', retry: { afterMs: 7_000 }, isForgeWide: true },
  ],
  [
    'a secondary limit without a time',
    { type: 'secondary-limit', status: 403 },
    { code: 'rate-limited', retry: { afterMs: 60_000 } },
  ],
  [
    'too many requests',
    { type: 'secondary-limit', status: 429, retryAfterSeconds: 30 },
    { code: 'rate-limited', retry: { afterMs: 30_000 } },
  ],
  [
    'a pause that is longer than any quota',
    { type: 'secondary-limit', status: 429, retryAfterSeconds: 1e9 },
    { code: 'rate-limited', retry: { afterMs: 3_600_000 } },
  ],
  [
    'an unprocessable request',
    { type: 'unprocessable' },
    { code: 'rejected', retry: 'never', isForgeWide: false, status: 422 },
  ],
  [
    'the page of a proxy',
    { type: 'foreign-answer' },
    { code: 'unexpected-answer', retry: 'backoff', isForgeWide: false },
  ],
  ['a reset connection', { type: 'reset' }, { code: 'unreachable', retry: 'backoff', isForgeWide: true }],
  ['a lost answer', { type: 'lost-answer' }, { code: 'unreachable', retry: 'backoff' }],
])('%s is told from the others, for a post and for a question', async (_, fault, expected) => {
  fake.github.push({ repository: fullName, branch: 'fix', commits: [{ sha: shaOf(1) }] });
  const { number } = fake.github.openPull({ repository: fullName, title: 'Fix', branch: 'fix' });
  fake.inject(fault, 2);
  expect(await failureOf(client().postStatus(status))).toMatchObject(expected);
  expect(await failureOf(client().pullHead(fullName, number))).toMatchObject(expected);
  expect(fake.requests).toHaveLength(2);
});

test('a quota that is used up is waited for by the clock of GitHub', async () => {
  fake.inject({ type: 'quota-used', until: Date.now() + 600_000 });
  const { code, retry } = await failureOf(client().postStatus(status));
  expect(code).toBe('rate-limited');
  const afterMs = typeof retry === 'object' ? retry.afterMs : 0;
  expect(afterMs).toBeGreaterThan(590_000);
  expect(afterMs).toBeLessThanOrEqual(602_000);
});

test('a repository that GitHub does not show can still appear; a commit it does not know cannot', async () => {
  const unknown = await failureOf(client().postStatus({ ...status, fullName: 'octo/secret' }));
  expect(unknown).toMatchObject({ code: 'not-found', retry: 'backoff', isForgeWide: false });
  const noCommit = await failureOf(client().postStatus({ ...status, sha: shaOf(77) }));
  expect(noCommit).toMatchObject({ code: 'rejected', retry: 'never' });
});

test('while GitHub is down calls fail as unreachable, and succeed once it is back', async () => {
  await fake.goDown();
  expect(await failureOf(client().postStatus(status))).toMatchObject({ code: 'unreachable' });
  await fake.comeBack();
  await client().postStatus(status);
  expect(fake.statuses()).toHaveLength(1);
});

test('a GitHub that does not answer is given up after the deadline', async () => {
  fake.inject({ type: 'slow', until: new Promise(() => {}) });
  const failure = await failureOf(client({ timeoutMs: 50 }).postStatus(status));
  expect(failure).toMatchObject({ code: 'unreachable', retry: 'backoff' });
  expect(failure.message).toMatch(/timeout/i);
});

test('a caller that gives up gets its own reason back, not an error of GitHub', async () => {
  fake.inject({ type: 'slow', until: new Promise(() => {}) });
  const giveUp = new AbortController();
  const call = client().postStatus(status, giveUp.signal);
  const outcome = call.catch((reason: unknown) => reason);
  await until('the request has arrived', () => fake.requests.length === 1);
  const reason = new Error('the coordinator is closing');
  giveUp.abort(reason);
  expect(await outcome).toBe(reason);
});

test('after the caller gave up nothing is sent at all', async () => {
  await expect(client().postStatus(status, AbortSignal.abort(new Error('closing')))).rejects.toThrow(
    'closing',
  );
  expect(fake.requests).toEqual([]);
});

test('a message says what failed, what GitHub said, what happens now and what to do', async () => {
  fake.inject({ type: 'bad-token' });
  const { message } = await failureOf(client().postStatus(status));
  expect(message).toBe(
    `GitHub refused the status paddock/debian-12 of octo/app at ${shaOf(0).slice(0, 7)}: Bad credentials - ` +
      'https://docs.github.com/rest (HTTP 401); it can be tried again; ' +
      'the token is wrong, expired or revoked: give Paddock a new one',
  );
});

test('a redirect that turns the post into a question does not pass for success', async () => {
  const redirect: RequestListener = (request, response) => {
    if (request.method === 'POST') response.writeHead(301, { location: '/elsewhere' }).end();
    else response.writeHead(200, { 'content-type': 'application/json' }).end('[]');
  };
  await withServer(redirect, async baseUrl => {
    const failure = await failureOf(client({ baseUrl }).postStatus(status));
    expect(failure).toMatchObject({ code: 'unexpected-answer', status: 200 });
  });
});

test('connections are kept and used again: twenty calls need no more than a few', async () => {
  const ports = new Set<number | undefined>();
  const accept: RequestListener = (request, response) => {
    ports.add(request.socket.remotePort);
    response.writeHead(201, { 'content-type': 'application/json' });
    request.resume().on('end', () => response.end('{}'));
  };
  await withServer(accept, async baseUrl => {
    for (let index = 0; index < 20; index++) await client({ baseUrl }).postStatus(status);
  });
  expect(ports.size).toBeLessThan(4);
});
