/** What differs between two commits, asked of a real git. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Mirrors } from '#coordinator/source/mirror-port.ts';
import { type CommitSha, commitSha } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { ensure, type Lab, missingCommit, type Origin, openLab, repository, unhurried } from './lab.ts';

let lab: Lab;
let origin: Origin;
let mirrors: Mirrors;
beforeEach(async () => {
  lab = await openLab();
  origin = await lab.origin();
  mirrors = lab.mirrors();
});
afterEach(() => lab.close());

async function changed(from: CommitSha, to: CommitSha, isSinceFork = true) {
  for (const commit of [from, to]) await ensure(mirrors, origin.path, commit);
  return mirrors.changedFiles(repository, { from, to, isSinceFork }, unhurried);
}
const files = (...names: string[]) => ({ type: 'files', files: names });

test('what was added, edited, made a program and removed, whatever it is called', async () => {
  const from = await origin.commit({ kept: '1', edited: '1', gone: '1', 'tool.sh': '#!/bin/sh\n' });
  await origin.git('rm', '--quiet', 'gone');
  const names = { 'a b/ä\n"x"': '1', edited: '2', 'tool.sh': { program: '#!/bin/sh\n' } };
  const to = await origin.commit(names);
  expect(await changed(from, to)).toEqual(files('a b/ä\n"x"', 'edited', 'gone', 'tool.sh'));
  expect(await changed(to, to)).toEqual(files());
});

test('a rename is both its names, whatever a person has configured', async () => {
  const from = await origin.commit({ 'src/old.c': 'x'.repeat(500) });
  await origin.git('config', 'diff.renames', 'copies');
  await origin.git('mv', 'src', 'lib');
  const to = await origin.commit({});
  expect(await changed(from, to)).toEqual(files('lib/old.c', 'src/old.c'));
});

describe('a branch that has parted from another', () => {
  async function part() {
    const root = await origin.commit({ a: '1' });
    const main = await origin.commit({ theirs: '1' });
    await origin.git('checkout', '--quiet', '-b', 'side', root);
    return { root, main, side: await origin.commit({ ours: '1' }) };
  }

  test('has changed what it did since then, and nothing of what happened there', async () => {
    const { main, side } = await part();
    expect(await changed(main, side)).toEqual(files('ours'));
  });

  test('has changed what it had from both when it took the other one in', async () => {
    const { main } = await part();
    await origin.git('merge', '--quiet', '--no-ff', '-m', 'take main in', 'main');
    const side = commitSha.parse(await origin.git('rev-parse', 'HEAD'));
    expect(await changed(main, side)).toEqual(files('ours'));
  });

  test('instead of which it now is the branch differs in both', async () => {
    const { main, side } = await part();
    expect(await changed(main, side, false)).toEqual(files('ours', 'theirs'));
  });
});

test('commits without a common history have no difference since it', async () => {
  const from = await origin.commit({ a: '1' });
  await origin.git('checkout', '--quiet', '--orphan', 'other');
  const to = await origin.commit({ b: '1' });
  expect(await changed(from, to)).toEqual({ type: 'unrelated' });
  expect(await changed(from, to, false)).toEqual(files('b'));
});

describe('a difference that is too large', () => {
  test('by its files is none', async () => {
    const from = await origin.commit({ a: '1' });
    const most = await origin.commitMany(limits.changedFiles - 1, 'x');
    const more = await origin.commitMany(limits.changedFiles, 'x');
    expect(await changed(from, most, false)).toMatchObject({ type: 'files' });
    expect(await changed(from, more, false)).toEqual({ type: 'too-many' });
  });

  test('by its names is none', async () => {
    const from = await origin.commit({ a: '1' });
    const blob = await origin.git('rev-parse', 'HEAD:a');
    const entry = `100644 blob ${blob}\t`;
    const count = Math.ceil(limits.changedFilesBytes / 240);
    const lines = Array.from({ length: count }, (_, n) => `${entry}${String(n).padStart(240, 'x')}\n`);
    const to = commitSha.parse(await origin.commitTree(lines.join('')));
    expect(await changed(from, to, false)).toEqual({ type: 'too-many' });
  });
});

test('a commit that is not here is said to be missing', async () => {
  const from = await origin.commit({ a: '1' });
  await ensure(mirrors, origin.path, from);
  const asked = mirrors.changedFiles(repository, { from, to: missingCommit, isSinceFork: true }, unhurried);
  await expect(asked).rejects.toMatchObject({
    code: 'git-failed',
    message: expect.stringContaining(missingCommit),
  });
});
