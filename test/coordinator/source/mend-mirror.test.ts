/** Mirrors that are damaged on disk, by real git. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, readdir, rename, rm, truncate, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Mirrors } from '#coordinator/source/mirror-port.ts';
import { type CommitSha, commitSha } from '#shared/ids.ts';
import { ensure, git, type Lab, missingCommit, type Origin, openLab, repository, unhurried } from './lab.ts';

let lab: Lab;
let origin: Origin;
let mirrors: Mirrors;
let commit: CommitSha;
const warnings: string[] = [];

beforeEach(async () => {
  lab = await openLab();
  origin = await lab.origin();
  warnings.length = 0;
  mirrors = lab.mirrors({ log: { info() {}, warn: (_, message) => void warnings.push(message) } });
  commit = await origin.commit({ a: '1' });
  await ensure(mirrors, origin.path, commit);
});
afterEach(() => lab.close());

const directory = () => mirrors.directoryOf(repository);
const inMirror = (...args: string[]) => git(directory(), args);
const isAside = () => existsSync(`${directory()}.damaged`);
const read = () => mirrors.readFile(repository, commit, 'a', 10);
/** Another coordinator on the same directory, which has nothing of it open. */
const reopen = () => {
  const log = { info() {}, warn: (_: object, message: string) => void warnings.push(message) };
  mirrors = lab.mirrors({ dir: dirname(directory()), log });
};
/** Each object in a file of its own, so that one can be harmed. */
async function fileOf(name: string): Promise<string> {
  const packs = join(directory(), 'objects', 'pack');
  for (const pack of (await readdir(packs)).filter(each => each.endsWith('.pack'))) {
    await rename(join(packs, pack), join(lab.dir, pack));
    await rm(join(packs, pack.replace('.pack', '.idx')));
    const unpack = `git unpack-objects -q < '${join(lab.dir, pack)}'`;
    await promisify(execFile)('sh', ['-c', unpack], { cwd: directory() });
  }
  const id = await inMirror('rev-parse', name);
  const file = join(directory(), 'objects', id.slice(0, 2), id.slice(2));
  await chmod(file, 0o600);
  return file;
}

test('without its objects it is fetched anew by whoever wants a commit', async () => {
  await rm(join(directory(), 'objects'), { recursive: true });
  await ensure(lab.mirrors({ dir: dirname(directory()) }), origin.path, commit);
  expect(await read()).toEqual(Buffer.from('1'));
  expect(isAside()).toBe(true);
});

test('with a file that is missing it is put aside by whoever reads it, and fetched anew by the next', async () => {
  await rm(await fileOf(`${commit}^{tree}`));
  reopen();
  await expect(read()).rejects.toMatchObject({ code: 'mirror-damaged', permanent: false });
  expect(warnings).toEqual(['a mirror is damaged; it is fetched anew']);
  await expect(read()).rejects.toMatchObject({ code: 'not-mirrored' });
  await ensure(mirrors, origin.path, commit);
  expect(await read()).toEqual(Buffer.from('1'));
});

test('several who find it at once put one mirror aside', async () => {
  await rm(await fileOf(`${commit}^{tree}`));
  reopen();
  const ends = await Promise.allSettled([read(), read(), read()]);
  expect(ends.every(({ status }) => status === 'rejected')).toBe(true);
  expect(warnings).toHaveLength(1);
});

describe('what only the mirror has', () => {
  let forge: string;
  let merged: CommitSha;
  beforeEach(async () => {
    forge = lab.freshPath('forge');
    await git(lab.dir, ['clone', '--quiet', '--bare', origin.path, forge]);
    const head = await origin.commit({ a: '2' });
    await ensure(mirrors, origin.path, head);
    const plan = {
      base: commit,
      parts: [{ head, message: 'Merge' }],
      method: 'merge' as const,
      committer: { name: 'Paddock', email: 'paddock@example.org' },
      at: 1_700_000_000_000,
    };
    const [result] = await mirrors.mergeOnto(repository, plan, unhurried);
    merged = commitSha.parse(result && 'commit' in result ? result.commit : '');
  });
  const push = () =>
    mirrors.pushBranch(
      { repository, cloneUrl: forge, branch: 'main', from: commit, commit: merged },
      unhurried,
    );
  const age = async (name: string) => utimes(await fileOf(name), 1_000_000_000, 1_000_000_000);

  test('and cannot be read is not for the forge to refuse', async () => {
    await truncate(await fileOf(`${merged}:a`));
    await expect(push()).rejects.toMatchObject({ code: 'mirror-damaged' });
    expect(isAside()).toBe(true);
    expect(await mirrors.keepCommit(repository, merged, unhurried)).toBe(false);
    expect(await mirrors.branchTip({ repository, cloneUrl: forge, branch: 'main' }, unhurried)).toBe(commit);
  });

  test('stays when it is kept, and goes with the next maintenance when it is not', async () => {
    await age(merged);
    await mirrors.maintain(repository, unhurried);
    expect(await mirrors.keepCommit(repository, merged, unhurried)).toBe(false);
    const ref = `refs/paddock/commits/${merged}`;
    expect(await inMirror('for-each-ref', ref)).toBe('');
  });

  test('stays for good once it is kept', async () => {
    expect(await mirrors.keepCommit(repository, merged, unhurried)).toBe(true);
    await age(merged);
    await mirrors.maintain(repository, unhurried);
    expect(await mirrors.keepCommit(repository, merged, unhurried)).toBe(true);
    expect(await push()).toEqual({ type: 'pushed' });
  });
});

test('a commit that is not there, and a forge that is not, are no damage', async () => {
  const range = { before: commit, after: missingCommit, max: 9 };
  await expect(mirrors.commitsBetween(repository, range, unhurried)).rejects.toMatchObject({
    code: 'git-failed',
  });
  await expect(ensure(mirrors, origin.path, missingCommit)).rejects.toMatchObject({ code: 'no-such-commit' });
  await expect(ensure(mirrors, lab.freshPath('nowhere'), missingCommit)).rejects.toMatchObject({
    code: 'repository-not-found',
  });
  expect(isAside()).toBe(false);
  expect(await read()).toEqual(Buffer.from('1'));
});
