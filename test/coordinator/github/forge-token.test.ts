import type { RequestListener } from 'node:http';
import { inspect } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createForgeClient, type StatusPost } from '#coordinator/github/forge-client.ts';
import { type FakeGithub, startFakeGithub } from '#test/support/fake-github/fake-github.ts';
import type { Fault } from '#test/support/fake-github/faults.ts';
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

const token = 'ghp_verySecretToken0123456789';
const faults: Fault[] = [
  { type: 'bad-token' },
  { type: 'reset' },
  { type: 'broken', status: 500 },
  { type: 'foreign-answer' },
  { type: 'slow', until: new Promise(() => {}) },
];

test.each(faults)('the token is in no error: $type', async fault => {
  fake.inject(fault);
  const failure = await failureOf(client({ token, timeoutMs: 200 }).postStatus(status));
  const everything = inspect(failure, { depth: 20, showHidden: true, getters: true });
  expect(everything).not.toContain(token);
  expect(everything).not.toContain(Buffer.from(token).toString('base64'));
});

test('the token is hidden also where the other side repeats it', async () => {
  const repeat: RequestListener = (request, response) => {
    response.writeHead(400, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ message: `bad header ${request.headers.authorization}` }));
  };
  await withServer(repeat, async baseUrl => {
    const { message } = await failureOf(client({ token, baseUrl }).postStatus(status));
    expect(message).toContain('bad header token ***');
  });
});

test.each(['', 'with space', 'with\nbreak', 'mit-ümlaut'])(
  'the token %j is refused without being repeated',
  bad => {
    expect(() => client({ token: bad })).toThrow(/^the GitHub token is empty, or has/);
  },
);
