import { afterEach, beforeEach, expect, test } from 'vitest';
import { createForgeClient } from '#coordinator/github/forge-client.ts';
import { type FakeGithub, startFakeGithub } from '#test/support/fake-github/fake-github.ts';
import { failureOf } from './forge-failures.ts';
import { fullName, shaOf } from './small-github.ts';

let fake: FakeGithub;

beforeEach(async () => {
  fake = await startFakeGithub();
  const { github } = fake;
  github.createRepository({ fullName, cloneUrl: 'http://127.0.0.1:1/x', head: shaOf(0) });
  github.push({ repository: fullName, branch: 'fix', commits: [{ sha: shaOf(1) }] });
  github.openPull({ repository: fullName, title: 'Fix', branch: 'fix' });
});
afterEach(() => fake.close());

const client = () => createForgeClient({ baseUrl: fake.baseUrl, token: fake.token });
const comment = (body: string, marker = 'approval') => ({ fullName, number: 1, marker, body });
const texts = () => fake.github.commentsOf(fullName, 1).map(({ body }) => body);

test('a comment is made and changed, with a marker that only its source shows', async () => {
  const id = await client().createComment(comment('**Please** approve'));
  await client().updateComment(id, comment('approved'));
  expect(texts()).toEqual(['approved\n\n<!-- paddock:approval -->']);
  expect(fake.violations).toEqual([]);
});

test('a comment of ours is found by its marker behind many others', async () => {
  for (let n = 0; n < 120; n++) await client().createComment(comment(`talk ${n}`, 'talk'));
  const id = await client().createComment(comment('here'));
  expect(await client().findComment(comment(''))).toBe(id);
  expect(await client().findComment(comment('', 'other'))).toBe(null);
  expect(fake.violations).toEqual([]);
});

test('a comment of somebody else with our marker is not ours', async () => {
  fake.github.commentBy({
    repository: fullName,
    number: 1,
    by: 'mallory',
    body: 'hello <!-- paddock:approval -->',
  });
  expect(await client().findComment(comment(''))).toBe(null);
});

test('a reaction is given once, however often it is asked for', async () => {
  const id = await client().createComment(comment('hello'));
  for (let n = 0; n < 2; n++) await client().addReaction({ fullName, comment: id, content: 'rocket' });
  expect(fake.github.commentsOf(fullName, 1)[0]?.reactions).toMatchObject([
    { by: 'ci-robot', content: 'rocket' },
  ]);
  expect(fake.violations).toEqual([]);
});

test('a comment that is gone is told from one that cannot be written now', async () => {
  expect(await failureOf(client().updateComment(7, comment('x')))).toMatchObject({ code: 'not-found' });
  expect(await failureOf(client().addReaction({ fullName, comment: 7, content: 'eyes' }))).toMatchObject({
    code: 'not-found',
  });
});
