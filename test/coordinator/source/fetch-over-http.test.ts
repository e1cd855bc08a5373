import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { SourceError } from '#coordinator/source/errors.ts';
import { until } from '#test/support/until.ts';
import { ensure, git, type Lab, missingCommit, openLab, repository, unhurried } from './lab.ts';
import { type Gate, uploadPackServer } from './upload-pack-server.ts';

let lab: Lab;
beforeEach(async () => {
  lab = await openLab();
});
afterEach(() => lab.close());

const header = 'Authorization: Bearer s3cret-t0ken';
const credentialsFor = async () => ({ header });
const failureOf = (promise: Promise<unknown>): Promise<SourceError> =>
  promise.then(
    () => expect.unreachable('it should have failed'),
    error => error,
  );

const answer =
  (status: number, headers: Record<string, string> = {}): Gate =>
  (_, response) => {
    response.writeHead(status, headers).end();
    return false;
  };

test('a credential goes to the server in a header', async () => {
  const origin = await lab.origin();
  const commit = await origin.commit({ a: '1' });
  const gate: Gate = (request, response) =>
    request.headers.authorization === 'Bearer s3cret-t0ken' || answer(401)(request, response);
  const url = await lab.listen(uploadPackServer(origin.path, { gate }));
  await ensure(lab.mirrors({ credentialsFor }), `${url}/r.git`, commit);
  const error = await failureOf(ensure(lab.mirrors(), `${url}/r.git`, commit));
  expect(error).toMatchObject({ code: 'auth-refused', permanent: false });
});

test('the credential is in no argument and no file', async () => {
  const origin = await lab.origin();
  const commit = await origin.commit({ a: '1' });
  const calls = lab.freshPath('calls');
  const spy = await spyOnGit(calls);
  const url = await lab.listen(uploadPackServer(origin.path));
  const mirrors = lab.mirrors({ credentialsFor, environment: { PATH: `${spy}:${process.env.PATH}` } });
  await ensure(mirrors, `${url}/r.git`, commit);
  expect(await readFile(calls, 'utf8')).toContain('fetch');
  expect(await readFile(calls, 'utf8')).not.toContain('s3cret');
  expect(await readFile(`${mirrors.directoryOf(repository)}/config`, 'utf8')).not.toContain('s3cret');
});

/** A directory with a `git` that writes its arguments down before it becomes the real one. */
async function spyOnGit(calls: string): Promise<string> {
  const bin = lab.freshPath('bin');
  const real = (await git(lab.dir, ['--exec-path'])).trim();
  await mkdir(bin);
  const script = `#!/bin/sh\necho "$@" >> ${calls}\nexec ${real}/git "$@"\n`;
  await writeFile(`${bin}/git`, script, { mode: 0o755 });
  return bin;
}

test('a credential is never sent in plain text to another computer', async () => {
  const mirrors = lab.mirrors({ credentialsFor, lookup: async () => ['192.0.2.1'] });
  const error = await failureOf(ensure(mirrors, 'http://forge.invalid/a/b.git', missingCommit));
  expect(error).toMatchObject({ code: 'insecure-credential' });
  expect(error.message).not.toContain('s3cret');
});

test('a redirect is not followed, and no credential goes to where it leads', async () => {
  const visitors: string[] = [];
  const elsewhere = await lab.listen((request, response) => {
    visitors.push(String(request.headers.authorization));
    response.end();
  });
  const url = await lab.listen(
    uploadPackServer('/nowhere', { gate: answer(301, { Location: `${elsewhere}/r.git/info/refs` }) }),
  );
  const error = await failureOf(ensure(lab.mirrors({ credentialsFor }), `${url}/r.git`, missingCommit));
  expect(error).toMatchObject({ code: 'repository-moved', permanent: false });
  expect(visitors).toEqual([]);
});

test.each([
  [401, 'auth-refused'],
  [403, 'auth-refused'],
  [404, 'repository-not-found'],
  [429, 'host-unreachable'],
  [500, 'host-unreachable'],
  [503, 'host-unreachable'],
])('status %i of the forge means %s, and may pass', async (status, code) => {
  const url = await lab.listen(uploadPackServer('/nowhere', { gate: answer(status) }));
  const error = await failureOf(ensure(lab.mirrors(), `${url}/r.git`, missingCommit));
  expect(error).toMatchObject({ code, permanent: false });
});

test('a server that refuses exact ids is searched: the named ref, branches, pull requests', async () => {
  const origin = await lab.origin();
  const old = await origin.commit({ a: '1' });
  await origin.commit({ a: '2' });
  await origin.git('checkout', '--quiet', '--detach');
  const pulled = await origin.commit({ a: '3' });
  await origin.git('update-ref', 'refs/pull/7/head', pulled);
  const named = await origin.commit({ a: '4' });
  await origin.git('update-ref', 'refs/merge-requests/1/head', named);
  const cloneUrl = `${await lab.listen(uploadPackServer(origin.path, { isOld: true }))}/r.git`;
  const mirrors = lab.mirrors();
  for (const commit of [old, pulled]) await ensure(mirrors, cloneUrl, commit);
  const ref = 'refs/merge-requests/1/head';
  await mirrors.ensureCommit({ repository, cloneUrl, commit: named, ref }, unhurried);
  for (const commit of [old, pulled, named]) expect(await mirrors.hasCommit(repository, commit)).toBe(true);
});

test('a commit that such a server does not have is refused for good', async () => {
  const origin = await lab.origin();
  await origin.commit({ a: '1' });
  const cloneUrl = `${await lab.listen(uploadPackServer(origin.path, { isOld: true }))}/r.git`;
  const ref = 'refs/heads/gone';
  const wish = { repository, cloneUrl, commit: missingCommit, ref };
  const error = await failureOf(lab.mirrors().ensureCommit(wish, unhurried));
  expect(error).toMatchObject({ code: 'no-such-commit', permanent: true });
});

/** A forge that takes the connection and says nothing. */
async function silentForge() {
  const visits = { open: 0, all: 0 };
  const url = await lab.listen((_, response) => {
    visits.open++;
    visits.all++;
    response.once('close', () => visits.open--);
  });
  return { url: `${url}/r.git`, visits };
}

test('an abort stops the fetch, when nobody else waits for it', async () => {
  const { url, visits } = await silentForge();
  const [first, second] = [new AbortController(), new AbortController()];
  const mirrors = lab.mirrors();
  const wish = { repository, cloneUrl: url, commit: missingCommit };
  const asks = [first, second].map(({ signal }) => failureOf(mirrors.ensureCommit(wish, signal)));
  await until('the forge is asked', () => visits.open === 1);
  first.abort(new Error('first left'));
  expect(await asks[0]).toMatchObject({ message: 'first left' });
  expect(visits.open).toBe(1);
  second.abort(new Error('second left'));
  expect(await asks[1]).toMatchObject({ message: 'second left' });
  await until('git has hung up', () => visits.open === 0);
});

test('who asks again after an abort gets a fetch of their own', async () => {
  const { url, visits } = await silentForge();
  const mirrors = lab.mirrors();
  const wish = { repository, cloneUrl: url, commit: missingCommit };
  const [first, second] = [new AbortController(), new AbortController()];
  const left = failureOf(mirrors.ensureCommit(wish, first.signal));
  await until('the forge is asked', () => visits.open === 1);
  first.abort(new Error('first left'));
  const again = failureOf(mirrors.ensureCommit(wish, second.signal));
  await left;
  await until('the forge is asked again', () => visits.all === 2);
  second.abort(new Error('second left'));
  expect(await again).toMatchObject({ message: 'second left' });
});

test('closing stops what is fetched', async () => {
  const { url, visits } = await silentForge();
  const mirrors = lab.mirrors();
  const asked = failureOf(ensure(mirrors, url, missingCommit));
  await until('the forge is asked', () => visits.open === 1);
  await mirrors.close();
  expect(await asked).toMatchObject({ message: 'the coordinator is closing' });
  await until('git has hung up', () => visits.open === 0);
});

test('a pack with a damaged object is refused', async () => {
  const origin = await lab.origin();
  await origin.commit({ a: '1' });
  const evil = lab.freshPath('tree');
  const [id = ''] = (await origin.git('ls-tree', 'HEAD', '--', 'a')).split(/\s+/).slice(2);
  await writeFile(evil, Buffer.concat([Buffer.from('100644 .git\0'), Buffer.from(id, 'hex')]));
  const tree = await origin.git('hash-object', '-t', 'tree', '-w', '--literally', evil);
  const commit = (await origin.git('commit-tree', '-m', 'evil', tree)) as typeof missingCommit;
  const error = await failureOf(ensure(lab.mirrors(), origin.path, commit));
  expect(error).toMatchObject({ code: 'source-damaged', permanent: false });
  expect(error.message).toContain("contains '.git'");
});
