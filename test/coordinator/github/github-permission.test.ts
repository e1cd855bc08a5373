import { afterEach, beforeEach, expect, test } from 'vitest';
import { createForgeClient } from '#coordinator/github/forge-client.ts';
import { readDelivery } from '#coordinator/github/read-delivery.ts';
import { type FakeGithub, startFakeGithub } from '#test/support/fake-github/fake-github.ts';
import { failureOf } from './forge-failures.ts';
import { exampleOf } from './official-examples.ts';
import { fullName, shaOf } from './small-github.ts';

let fake: FakeGithub;

beforeEach(async () => {
  fake = await startFakeGithub();
  fake.github.createRepository({ fullName, cloneUrl: 'http://127.0.0.1:1/x', head: shaOf(0) });
});
afterEach(() => fake.close());

const mayWrite = (login: string, name = fullName) =>
  createForgeClient({ baseUrl: fake.baseUrl, token: fake.token }).mayWrite(name, login);

test('who may write is asked of GitHub, in the way it wants to be asked', async () => {
  const add = (login: string, permission: 'admin' | 'write' | 'read') =>
    fake.github.addPerson({ repository: fullName, login, association: 'NONE', permission });
  add('ada', 'admin');
  add('wim', 'write');
  add('rea', 'read');
  expect(await Promise.all(['octo', 'ada', 'wim', 'rea', 'mallory'].map(login => mayWrite(login)))).toEqual([
    true,
    true,
    true,
    false,
    false,
  ]);
  expect(fake.violations).toEqual([]);
});

test('an account that is not there may not write, and a name is no way to another call', async () => {
  expect(await mayWrite('octo', 'octo/nowhere')).toBe(false);
  expect(await mayWrite('../../pulls')).toBe(false);
  expect(fake.requests.at(-1)?.path).toContain('..%2F..%2Fpulls');
});

test('what GitHub does not say is no leave', async () => {
  fake.inject({ type: 'forbidden' });
  expect(await failureOf(mayWrite('ada'))).toMatchObject({ code: 'forbidden' });
  fake.inject({ type: 'broken', status: 502 });
  expect(await failureOf(mayWrite('ada'))).toMatchObject({ code: 'unavailable' });
});

/** GitHub's own example, as one on a pull request. */
function commented(changes: {
  action?: string;
  user?: object | null;
  isPull?: boolean;
  app?: object | null;
}) {
  const { action = 'created', user, isPull = true, app = null } = changes;
  const payload = exampleOf('issue_comment', 'created') as {
    action: string;
    issue: Record<string, unknown>;
    comment: Record<string, unknown>;
  };
  payload.action = action;
  if (isPull) payload.issue.pull_request = { url: 'https://api.github.com/repos/o/r/pulls/1' };
  payload.comment.performed_via_github_app = app;
  if (user !== undefined) payload.comment.user = user;
  return readDelivery('issue_comment', payload);
}

test('a comment on a pull request names who wrote what, and when', () => {
  expect(commented({})).toMatchObject({
    type: 'commented',
    number: 1,
    comment: { id: expect.any(Number), author: 'Codertocat', authorId: 21_031_067, body: expect.any(String) },
  });
});

test.each<[string, Parameters<typeof commented>[0], string]>([
  ['on an issue', { isPull: false }, 'on an issue'],
  ['that was edited', { action: 'edited' }, 'is not read again'],
  ['that was deleted', { action: 'deleted' }, 'asks for nothing'],
  ['of a bot', { user: { login: 'helper[bot]', id: 1, type: 'Bot' } }, 'A program wrote'],
  ['of an organization', { user: { login: 'acme', id: 1, type: 'Organization' } }, 'A program wrote'],
  ['that a program wrote for somebody', { app: { id: 1 } }, 'A program wrote'],
  ['of an account that is gone', { user: null }, 'is gone'],
])('a comment %s is not acted on', (_, changes, words) => {
  expect(commented(changes)).toMatchObject({ type: 'not-acted-on', why: expect.stringContaining(words) });
});
