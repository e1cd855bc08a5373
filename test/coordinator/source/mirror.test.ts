import { execFile } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { SourceError } from '#coordinator/source/errors.ts';
import { commitSha } from '#shared/ids.ts';
import {
  ensure,
  git,
  type Lab,
  missingCommit,
  openLab,
  otherRepository,
  repository,
  unhurried,
} from './lab.ts';

let lab: Lab;
beforeEach(async () => {
  lab = await openLab();
});
afterEach(() => lab.close());

const failureOf = (promise: Promise<unknown>): Promise<SourceError> =>
  promise.then(
    () => expect.unreachable('it should have failed'),
    error => error,
  );

test('a commit is fetched, with its history, and stays readable when the origin is gone', async () => {
  const origin = await lab.origin();
  const first = await origin.commit({ 'a.txt': 'one' });
  const second = await origin.commit({ 'a.txt': 'two' });
  const mirrors = lab.mirrors();
  await ensure(mirrors, origin.path, second);
  await ensure(mirrors, '/nowhere/at/all', second);
  await ensure(mirrors, '/nowhere/at/all', first);
  expect(Buffer.from((await mirrors.readFile(repository, first, 'a.txt', 10)) ?? '').toString()).toBe('one');
});

test('a commit that is there already costs no process', async () => {
  const origin = await lab.origin();
  const commit = await origin.commit({});
  const { PATH, started } = await countedGit();
  const mirrors = lab.mirrors({ environment: { ...process.env, PATH } });
  await ensure(mirrors, origin.path, commit);
  const before = await started();
  for (let i = 0; i < 100; i++) await ensure(mirrors, origin.path, commit);
  // At most the one reader that stays open.
  expect((await started()) - before).toBeLessThanOrEqual(1);
});

/** A PATH on which git is the real one, and notes each of its starts. */
async function countedGit() {
  const [bin, notes] = [lab.freshPath('bin'), lab.freshPath('notes')];
  const git = (await promisify(execFile)('/bin/sh', ['-c', 'command -v git'])).stdout.trim();
  await mkdir(bin);
  await writeFile(join(bin, 'git'), `#!/bin/sh\necho >> '${notes}'\nexec '${git}' "$@"\n`, { mode: 0o755 });
  return { PATH: `${bin}:${process.env.PATH}`, started: async () => (await readFile(notes)).length };
}

test('a commit that no branch has any more, after a force push, is still fetched', async () => {
  const origin = await lab.origin();
  await origin.commit({ a: '1' });
  const replaced = await origin.commit({ a: '2' });
  await origin.git('reset', '--quiet', '--hard', 'HEAD~1');
  const current = await origin.commit({ a: '3' });
  const mirrors = lab.mirrors();
  await ensure(mirrors, origin.path, current);
  await ensure(mirrors, origin.path, replaced);
  expect(await mirrors.hasCommit(repository, replaced)).toBe(true);
});

test('a commit that does not exist is refused for good, in the words of git', async () => {
  const origin = await lab.origin();
  await origin.commit({ a: '1' });
  const error = await failureOf(ensure(lab.mirrors(), origin.path, missingCommit));
  expect(error).toMatchObject({ code: 'no-such-commit', permanent: true, commit: missingCommit });
  expect(error.message).toContain(`not our ref ${missingCommit}`);
});

test('an empty repository has no commit', async () => {
  const origin = await lab.origin();
  const error = await failureOf(ensure(lab.mirrors(), origin.path, missingCommit));
  expect(error).toMatchObject({ code: 'no-such-commit', permanent: true });
});

test('an id that names a tree is not a commit', async () => {
  const origin = await lab.origin();
  await origin.commit({ a: '1' });
  const tree = commitSha.parse(await origin.git('rev-parse', 'HEAD^{tree}'));
  const error = await failureOf(ensure(lab.mirrors(), origin.path, tree));
  expect(error).toMatchObject({ code: 'no-such-commit', permanent: true });
});

test('a repository that is not there may come back', async () => {
  const error = await failureOf(ensure(lab.mirrors(), `${lab.dir}/nothing.git`, missingCommit));
  expect(error).toMatchObject({ code: 'repository-not-found', permanent: false });
});

test('a host that does not answer is worth another try', async () => {
  const error = await failureOf(ensure(lab.mirrors(), 'http://127.0.0.1:1/a/b.git', missingCommit));
  expect(error).toMatchObject({ code: 'host-unreachable', permanent: false });
});

test('a URL that the policy refuses never reaches git', async () => {
  const error = await failureOf(ensure(lab.mirrors(), 'ext::sh -c id', missingCommit));
  expect(error).toMatchObject({ code: 'url-refused', permanent: true });
});

test('git itself refuses a transport that the policy does not name', async () => {
  const mirrors = lab.mirrors({ policy: { allowLocal: false, allowSsh: false } });
  const error = await failureOf(ensure(mirrors, lab.dir, missingCommit));
  expect(error).toMatchObject({ code: 'url-refused' });
});

test('many askers of one commit share one fetch, and other commits share the next', async () => {
  const fetches: unknown[] = [];
  const log = { info: (fields: object) => void fetches.push(fields), warn: () => {} };
  const origin = await lab.origin();
  const commits = [];
  for (let i = 0; i < 5; i++) {
    await origin.git('checkout', '--quiet', '--orphan', `b${i}`);
    commits.push(await origin.commit({ a: String(i) }));
  }
  const mirrors = lab.mirrors({ log });
  const asks = [...commits, ...commits, ...commits].map(commit => ensure(mirrors, origin.path, commit));
  await Promise.all(asks);
  expect(fetches.length).toBeLessThanOrEqual(2);
  for (const commit of commits) expect(await mirrors.hasCommit(repository, commit)).toBe(true);
});

test('a commit that does not exist spoils nothing for those that were asked for with it', async () => {
  const origin = await lab.origin();
  const good = await origin.commit({ a: '1' });
  const mirrors = lab.mirrors();
  const [bad, fine] = await Promise.allSettled([
    ensure(mirrors, origin.path, missingCommit),
    ensure(mirrors, origin.path, good),
  ]);
  expect(fine.status).toBe('fulfilled');
  expect(bad).toMatchObject({ status: 'rejected', reason: { code: 'no-such-commit' } });
});

test('repositories are apart: a commit of one is not in the other', async () => {
  const origin = await lab.origin();
  const commit = await origin.commit({ a: '1' });
  const mirrors = lab.mirrors();
  await ensure(mirrors, origin.path, commit);
  expect(await mirrors.hasCommit(otherRepository, commit)).toBe(false);
  const error = await failureOf(mirrors.readFile(otherRepository, commit, 'a', 10));
  expect(error).toMatchObject({ code: 'not-mirrored', permanent: false });
});

test('a commit whose trees a killed fetch left out is fetched again', async () => {
  const origin = await lab.origin();
  await origin.commit({ z: '0' });
  const commit = await origin.commit({ a: '1' });
  const mirrors = lab.mirrors();
  await ensure(mirrors, origin.path, await commitOf(origin.path, 'HEAD~1'));
  const raw = await origin.git('cat-file', 'commit', commit);
  await writeCommit(mirrors.directoryOf(repository), `${raw}\n`);
  await ensure(mirrors, origin.path, commit);
  expect(await mirrors.readFile(repository, commit, 'a', 10)).toEqual(Buffer.from('1'));
});

const commitOf = async (path: string, name: string) => commitSha.parse(await git(path, ['rev-parse', name]));

async function writeCommit(directory: string, raw: string) {
  const file = `${directory}/raw`;
  await writeFile(file, raw);
  await git(directory, ['hash-object', '-t', 'commit', '-w', '--literally', file]);
}

test('a dropped commit goes with the next maintenance, a kept one stays', async () => {
  const origin = await lab.origin();
  const kept = await origin.commit({ a: '1' });
  await origin.git('checkout', '--quiet', '--orphan', 'other');
  const dropped = await origin.commit({ a: '2' });
  const mirrors = lab.mirrors();
  for (const commit of [kept, dropped]) await ensure(mirrors, origin.path, commit);
  await mirrors.dropCommit(repository, dropped, unhurried);
  await mirrors.maintain(repository, unhurried);
  expect(await mirrors.hasCommit(repository, dropped)).toBe(false);
  expect(await mirrors.hasCommit(repository, kept)).toBe(true);
  expect(await mirrors.readFile(repository, kept, 'a', 10)).toEqual(Buffer.from('1'));
});

test('a mirror that somebody deleted is made again', async () => {
  const origin = await lab.origin();
  const commit = await origin.commit({ a: '1' });
  const mirrors = lab.mirrors();
  await ensure(mirrors, origin.path, commit);
  await rm(mirrors.directoryOf(repository), { recursive: true });
  await ensure(mirrors, origin.path, commit);
  expect(await mirrors.hasCommit(repository, commit)).toBe(true);
});

test('a repository with SHA-256 ids works the same', async () => {
  const origin = await lab.origin('--object-format=sha256');
  const commit = await origin.commit({ 'deep/a.txt': 'one' });
  const mirrors = lab.mirrors();
  await ensure(mirrors, origin.path, commit);
  expect(commit).toHaveLength(64);
  expect(await mirrors.readFile(repository, commit, 'deep/a.txt', 10)).toEqual(Buffer.from('one'));
});

test('a shallow clone on this disk can be tested', async () => {
  const origin = await lab.origin();
  await origin.commit({ a: '1' });
  const commit = await origin.commit({ a: '2' });
  const shallow = lab.freshPath('shallow');
  await git(lab.dir, ['clone', '--quiet', '--depth=1', `file://${origin.path}`, shallow]);
  const mirrors = lab.mirrors();
  await ensure(mirrors, shallow, commit);
  expect(await mirrors.readFile(repository, commit, 'a', 10)).toEqual(Buffer.from('2'));
});

test('without git on PATH the message says so', async () => {
  const mirrors = lab.mirrors({ environment: { PATH: '/nonexistent' } });
  const error = await failureOf(ensure(mirrors, lab.dir, missingCommit));
  expect(error).toMatchObject({ code: 'git-missing', permanent: false });
});
