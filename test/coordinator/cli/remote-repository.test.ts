import { afterEach, beforeEach, expect, test } from 'vitest';
import { isRemote, readRefs, resolveRemote } from '#coordinator/cli/remote-repository.ts';
import { type Lab, type Origin, openLab } from '../source/lab.ts';

let lab: Lab;
let origin: Origin;
beforeEach(async () => {
  lab = await openLab();
  origin = await lab.origin();
});
afterEach(() => lab.close());

const environment = { PATH: process.env.PATH };
const resolve = (revision: string) => resolveRemote(`file://${origin.path}`, revision, environment);

test.each([
  ['https://example.com/acme/rocket.git', true],
  ['git@example.com:acme/rocket', true],
  ['ssh://git@example.com/acme/rocket', true],
  ['file:///srv/git/rocket.git', true],
  ['.', false],
  ['../rocket', false],
  ['/srv/git/rocket.git', false],
  ['odd:name', false],
])('%j is an address: %s', (text, expected) => {
  expect(isRemote(text)).toBe(expected);
});

test('HEAD is the commit and the name of the branch it points to', async () => {
  const commit = await origin.commit({ a: '1' });
  expect(await resolve('HEAD')).toEqual({ commit, ref: 'refs/heads/main' });
});

test('branches, tags and refs are looked up as git would; of an annotated tag the commit', async () => {
  const first = await origin.commit({ a: '1' });
  await origin.git('tag', '-a', '-m', 'x', 'v1');
  await origin.git('update-ref', 'refs/pull/7/head', first);
  const second = await origin.commit({ a: '2' });
  expect(await resolve('main')).toEqual({ commit: second, ref: 'refs/heads/main' });
  expect(await resolve('v1')).toEqual({ commit: first, ref: 'refs/tags/v1' });
  for (const name of ['pull/7/head', 'refs/pull/7/head'])
    expect(await resolve(name)).toEqual({ commit: first, ref: 'refs/pull/7/head' });
});

test('a full commit is taken as it is, without asking anybody', async () => {
  const commit = '0123456789'.repeat(4);
  expect(await resolveRemote('https://127.0.0.1:1/none', commit, {})).toEqual({ commit, ref: 'HEAD' });
});

test('what cannot be looked up says why', async () => {
  await origin.commit({ a: '1' });
  await expect(resolve('nothing')).rejects.toMatchObject({ code: 'no-such-commit' });
  await expect(resolve('abcd123')).rejects.toThrow('cannot be looked up at a distance');
  const nowhere = resolveRemote(`file://${lab.dir}/none`, 'main', environment);
  await expect(nowhere).rejects.toMatchObject({
    code: 'git-failed',
    message: expect.stringContaining('does not appear to be a git repository'),
    hint: expect.stringContaining('git ls-remote'),
  });
});

test('an address is never taken for an option of git', async () => {
  await expect(resolveRemote('--upload-pack=touch /tmp/x', 'main', environment)).rejects.toMatchObject({
    code: 'git-failed',
  });
});

test('a detached head of a remote is HEAD itself', () => {
  const sha = 'a'.repeat(40);
  expect(readRefs(`${sha}\tHEAD\n${sha}\trefs/heads/main\n`).head).toBeNull();
});

test('without git the error says so', async () => {
  await expect(resolveRemote('https://a.b/c/d', 'main', { PATH: '' })).rejects.toMatchObject({
    code: 'git-missing',
    hint: 'paddock doctor',
  });
});
