import { afterEach, beforeEach, expect, test } from 'vitest';
import { until } from '#test/support/until.ts';
import { type FakeGithub, startFakeGithub } from './fake-github.ts';

const fullName = 'octo/app';
const head = 'a'.repeat(40);
let fake: FakeGithub;

beforeEach(async () => {
  fake = await startFakeGithub();
  fake.github.createRepository({ fullName, cloneUrl: 'http://127.0.0.1:1/x', head });
});
afterEach(() => fake.close());

const call = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
  fetch(`${fake.baseUrl}${path}`, {
    method,
    headers: { authorization: `Bearer ${fake.token}`, 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });

const postStatus = (body: unknown, sha = head) => call('POST', `/repos/${fullName}/statuses/${sha}`, body);

test.each<[string, unknown, string?]>([
  ['an unknown property', { state: 'success', detail_url: 'http://x.example' }],
  ['an unknown state', { state: 'passed' }],
  ['no state', { context: 'paddock' }],
  ['a number for a text', { state: 'success', description: 7 }],
  ['no body', undefined],
  ['a description of 141 characters', { state: 'success', description: 'x'.repeat(141) }],
  ['a link that is none', { state: 'success', target_url: 'javascript:alert(1)' }],
  ['a short sha', { state: 'success' }, 'abc1234'],
  ['a commit nobody pushed', { state: 'success' }, 'b'.repeat(40)],
])('a status with %s is refused with 422 and noted', async (_, body, sha) => {
  expect((await postStatus(body, sha)).status).toBe(422);
  expect(fake.violations).toHaveLength(1);
  expect(fake.statuses()).toEqual([]);
});

test('a description of 140 characters and any known field are accepted', async () => {
  const full = {
    state: 'success',
    context: 'paddock',
    description: '✓'.repeat(140),
    target_url: 'https://x.example',
  };
  expect((await postStatus(full)).status).toBe(201);
  expect(fake.statusOf(fullName, head, 'paddock')?.description).toHaveLength(140);
  expect(fake.violations).toEqual([]);
});

test('after 1,000 statuses a commit and context takes no more, in any case of letters; others do', async () => {
  for (let index = 0; index < 1_000; index++) await postStatus({ state: 'pending', context: 'Full' });
  expect((await postStatus({ state: 'success', context: 'full' })).status).toBe(422);
  expect((await postStatus({ state: 'success', context: 'other' })).status).toBe(201);
});

test.each([
  ['a call GitHub does not have', 'GET', '/repos/octo/app/statusses', 404],
  ['a call with the wrong method', 'PUT', '/repos/octo/app/pulls/1', 404],
  ['an unknown query parameter', 'GET', '/repos/octo/app/pulls?status=open', 422],
  ['a query parameter of a wrong value', 'GET', '/repos/octo/app/pulls?state=opened', 422],
  ['a number that is none', 'GET', '/repos/octo/app/pulls/abc', 422],
])('%s is refused and noted', async (_, method, path, status) => {
  expect((await call(method, path)).status).toBe(status);
  expect(fake.violations).toHaveLength(1);
});

test('asking for what is not there is no violation: GitHub says 404', async () => {
  expect((await call('GET', '/repos/octo/app/pulls/7')).status).toBe(404);
  expect((await call('GET', '/repos/octo/nothing')).status).toBe(404);
  expect(fake.violations).toEqual([]);
});

test('without the right token every call is 401', async () => {
  const wrong = { authorization: 'Bearer wrong' };
  expect((await call('GET', '/repos/octo/app', undefined, wrong)).status).toBe(401);
});

test('broken JSON is 400', async () => {
  expect((await postStatus('{"state":')).status).toBe(400);
});

test('faults are met in their order, once each, and then all is well', async () => {
  fake.inject({ type: 'broken', status: 503 }, 2);
  fake.inject({ type: 'unprocessable' });
  const answers = [];
  for (let index = 0; index < 4; index++) answers.push((await postStatus({ state: 'success' })).status);
  expect(answers).toEqual([503, 503, 422, 201]);
  expect(fake.requests.map(({ status }) => status)).toEqual([503, 503, 422, 201]);
  expect(fake.violations).toEqual([]);
});

test('a request that GitHub would not understand is noted also when it meets a fault', async () => {
  fake.inject({ type: 'broken', status: 500 });
  await postStatus({ state: 'success', typo: true });
  expect(fake.violations).toHaveLength(1);
});

test('a lost answer has been carried out, a reset has not', async () => {
  fake.inject({ type: 'reset' });
  await expect(postStatus({ state: 'success', context: 'one' })).rejects.toThrow();
  fake.inject({ type: 'lost-answer' });
  await expect(postStatus({ state: 'success', context: 'two' })).rejects.toThrow();
  expect(fake.statuses().map(({ context }) => context)).toEqual(['two']);
});

test('a slow answer comes when it is released', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  fake.inject({ type: 'slow', until: promise });
  const slow = postStatus({ state: 'success', context: 'slow' });
  await postStatus({ state: 'success', context: 'quick' });
  resolve();
  expect((await slow).status).toBe(201);
  expect(fake.statuses().map(({ context }) => context)).toEqual(['quick', 'slow']);
});

test('while it is down connections are refused, waiting ones are cut, and the same address comes back', async () => {
  fake.inject({ type: 'slow', until: new Promise(() => {}) });
  const waiting = postStatus({ state: 'pending' }).catch(() => 'cut');
  await until('the slow request has arrived', () => fake.requests.length === 1);
  await fake.goDown();
  expect(await waiting).toBe('cut');
  await expect(postStatus({ state: 'success' })).rejects.toThrow();
  await fake.comeBack();
  expect((await postStatus({ state: 'success' })).status).toBe(201);
});
