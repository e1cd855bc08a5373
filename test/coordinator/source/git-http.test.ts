import { mkdir } from 'node:fs/promises';
import { request } from 'node:http';
import { queryObjects } from 'node:v8';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { CommitSha } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { until } from '#test/support/until.ts';
import { ensure, git, type Lab, missingCommit, type Origin, openLab, otherRepository } from './lab.ts';
import { serve } from './served.ts';
import { treeOf } from './tree-of.ts';

let lab: Lab;
let origin: Origin;
beforeEach(async () => {
  lab = await openLab();
  origin = await lab.origin();
});
afterEach(() => lab.close());

/** Fetches as a guest does, and says what git said when it failed. */
async function fetchInto(url: string, what: string, flags: string[] = []): Promise<string> {
  const guest = lab.freshPath('guest');
  await mkdir(guest);
  await git(guest, ['init', '--quiet']);
  await git(guest, [...flags, 'fetch', '--quiet', '--no-tags', url, what]);
  await git(guest, ['checkout', '--quiet', 'FETCH_HEAD']);
  return guest;
}

test.each([0, 1, 2])('a guest fetches the commit with its history, protocol version %i', async version => {
  await origin.commit({ a: '1' });
  const commit = await origin.commit({ a: '2', 'ü/run': { program: 'x' } });
  const served = await serve(lab, origin, commit);
  const guest = await fetchInto(served.git, commit, ['-c', `protocol.version=${version}`]);
  expect(await git(guest, ['rev-parse', 'HEAD'])).toBe(commit);
  expect(await git(guest, ['rev-list', '--count', 'HEAD'])).toBe('2');
  expect(await treeOf(guest)).toEqual({ a: 'file 2', 'ü/': 'directory', 'ü/run': 'program x' });
});

test('a guest fetches a part of the history', async () => {
  await origin.commit({ a: '1' });
  const commit = await origin.commit({ a: '2' });
  const served = await serve(lab, origin, commit);
  const guest = lab.freshPath('shallow');
  await mkdir(guest);
  await git(guest, ['init', '--quiet']);
  await git(guest, ['fetch', '--quiet', '--depth=1', served.git, commit]);
  expect(await git(guest, ['rev-list', '--count', 'FETCH_HEAD'])).toBe('1');
});

test.each([0, 2])('only the one commit is shown, protocol version %i', async version => {
  const other = await origin.commit({ a: '1' });
  const commit = await origin.commit({ a: '2' });
  const served = await serve(lab, origin, commit);
  await ensure(served.mirrors, origin.path, other);
  const shown = await git(lab.dir, ['-c', `protocol.version=${version}`, 'ls-remote', served.git]);
  expect(shown).toBe(`${commit}\trefs/paddock/commits/${commit}`);
});

test('a commit of another repository cannot be had', async () => {
  const foreign = await lab.origin();
  const secret = await foreign.commit({ secret: '1' });
  const served = await serve(lab, origin, await origin.commit({ a: '1' }));
  await ensure(served.mirrors, foreign.path, secret, otherRepository);
  await expect(fetchInto(served.git, secret)).rejects.toThrow('not our ref');
});

test('many haves are sent packed, and understood', async () => {
  const first = await origin.commit({ a: '0' });
  const served = await serve(lab, origin, first);
  const guest = await fetchInto(served.git, first);
  const mine = Array.from({ length: 60 }, (_, i) => `mine ${i}`);
  for (const message of mine) await git(guest, ['commit', '--quiet', '--allow-empty', '-m', message]);
  const next = await origin.commit({ a: '1' });
  await ensure(served.mirrors, origin.path, next);
  await git(guest, ['fetch', '--quiet', served.git, next]);
  expect(await git(guest, ['rev-parse', 'FETCH_HEAD'])).toBe(next);
});

const post = (url: string, body: Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
  fetch(`${url}/git-upload-pack`, {
    method: 'POST',
    body,
    headers: { 'Git-Protocol': 'version=2', ...headers },
  });

const packet = (text: string) => (text.length + 4).toString(16).padStart(4, '0') + text;
const wish = (commit: CommitSha) =>
  Buffer.from(
    `${packet('command=fetch')}0001${packet('no-progress')}${packet(`want ${commit}\n`)}${packet('done\n')}0000`,
  );

test('a gzip body is inflated', async () => {
  const commit = await origin.commit({ a: '1' });
  const served = await serve(lab, origin, commit);
  const answer = await post(served.git, gzipSync(wish(commit)), { 'Content-Encoding': 'gzip' });
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toBe('application/x-git-upload-pack-result');
  expect(Buffer.from(await answer.arrayBuffer()).toString('latin1')).toContain('packfile');
});

test.each([
  ['a bomb', gzipSync(Buffer.alloc(limits.gitRequestBytes + 1)), 'gzip', 413],
  ['too much', Buffer.alloc(limits.gitRequestBytes + 1), 'identity', 413],
  ['noise', Buffer.from('noise'), 'gzip', 400],
  ['a strange packing', Buffer.from('x'), 'br', 415],
])('%s as a body is refused', async (_, body, encoding, status) => {
  const served = await serve(lab, origin, await origin.commit({ a: '1' }));
  const answer = await post(served.git, body, { 'Content-Encoding': encoding });
  expect(answer.status).toBe(status);
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
});

test('nobody can push', async () => {
  const commit = await origin.commit({ a: '1' });
  const served = await serve(lab, origin, commit);
  await expect(origin.git('push', served.git, 'HEAD:refs/heads/x')).rejects.toThrow('403');
  const answer = await fetch(`${served.git}/git-receive-pack`, { method: 'POST', body: '0000' });
  expect(answer.status).toBe(403);
});

/** Not `fetch`: it would tidy the path up. */
const statusOf = (method: string, url: string, path: string) =>
  new Promise<number | undefined>((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const asked = request({ method, hostname, port, path }, response => {
      response.resume();
      resolve(response.statusCode);
    });
    asked.once('error', reject).end();
  });

test.each([
  ['GET', 'info/refs', 403],
  ['GET', 'HEAD', 404],
  ['GET', 'objects/info/packs', 404],
  ['GET', '../../other.git/info/refs?service=git-upload-pack', 404],
  ['GET', '%2e%2e/config', 404],
  ['GET', 'git-upload-pack', 404],
  ['POST', 'info/refs?service=git-upload-pack', 404],
])('%s %s is refused', async (method, path, status) => {
  const served = await serve(lab, origin, await origin.commit({ a: '1' }));
  expect(await statusOf(method, served.url, `/git/${path}`)).toBe(status);
});

test('a commit that is not there is a 404, before git is asked', async () => {
  const served = await serve(lab, origin, await origin.commit({ a: '1' }), { commit: missingCommit });
  const answer = await fetch(`${served.git}/info/refs?service=git-upload-pack`);
  expect([answer.status, answer.headers.get('content-type')]).toEqual([404, 'application/problem+json']);
});

/** After a collection of garbage. */
const signals = (): number => queryObjects(AbortSignal, { format: 'count' });

test('what was served keeps no signal in memory', async () => {
  const served = await serve(lab, origin, await origin.commit({ a: '1' }), { commit: missingCommit });
  const before = signals();
  const path = '/git/info/refs?service=git-upload-pack';
  for (let i = 0; i < 100; i++) expect(await statusOf('GET', served.url, path)).toBe(404);
  await until('their signals have gone', () => signals() < before + 10);
});

test('a header that is no version of the protocol reaches no environment', async () => {
  const served = await serve(lab, origin, await origin.commit({ a: '1' }));
  const headers = { 'Git-Protocol': 'version=2:evil=1' };
  const answer = await fetch(`${served.git}/info/refs?service=git-upload-pack`, { headers });
  expect(await answer.text()).toMatch(/^001e# service=git-upload-pack\n0000/);
});

test('a mirror can be the origin of another mirror', async () => {
  const commit = await origin.commit({ a: '1' });
  const served = await serve(lab, origin, commit);
  const mirrors = lab.mirrors();
  await ensure(mirrors, served.git, commit, otherRepository);
  expect(await mirrors.readFile(otherRepository, commit, 'a', 9)).toEqual(Buffer.from('1'));
});
