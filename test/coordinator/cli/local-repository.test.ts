import { mkdir, realpath, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { nameOf, readStatus, resolveLocal } from '#coordinator/cli/local-repository.ts';
import { git, type Lab, type Origin, openLab } from '../source/lab.ts';

let lab: Lab;
let origin: Origin;
beforeEach(async () => {
  lab = await openLab();
  origin = await lab.origin();
});
afterEach(() => lab.close());

test('a clean checkout is its top, head and branch, from any directory in it', async () => {
  const headSha = await origin.commit({ 'deep/er/a': '1' });
  await origin.git('remote', 'add', 'origin', 'https://ada:pw@example.com/acme/rocket.git');
  expect(await resolveLocal(join(origin.path, 'deep', 'er'))).toEqual({
    cloneUrl: await realpath(origin.path),
    headSha,
    branch: 'main',
    title: 'a change',
    author: 'Ada',
    dirtyFiles: [],
    untrackedFiles: [],
    originName: 'acme/rocket',
  });
});

test('what is not in the commit is named: changed, staged, moved, deleted, unknown files', async () => {
  await origin.commit({
    changed: '1',
    staged: '1',
    moved: '1',
    deleted: '1',
    'wörter mit\nZeile': '1',
    '.gitignore': 'ignored\n',
  });
  for (const name of ['changed', 'staged', 'wörter mit\nZeile', 'unknown', 'ignored'])
    await writeFile(join(origin.path, name), '2');
  await origin.git('add', 'staged');
  await origin.git('mv', 'moved', 'here');
  await origin.git('rm', '--quiet', 'deleted');
  await mkdir(join(origin.path, 'dir'));
  await writeFile(join(origin.path, 'dir', 'a'), '1');
  const { dirtyFiles, untrackedFiles } = await resolveLocal(origin.path);
  expect(dirtyFiles.sort()).toEqual(['changed', 'deleted', 'here', 'moved', 'staged', 'wörter mit\nZeile']);
  expect(untrackedFiles).toEqual(['dir/', 'unknown']);
});

test('a conflict is dirty too', () => {
  const status = 'u UU N... 100644 100644 100644 100644 a b c both sides\0? x\0# branch.oid 1\0';
  expect(readStatus(status)).toEqual({ dirtyFiles: ['both sides'], untrackedFiles: ['x'] });
});

test('another commit than the head can be chosen, by any name git knows', async () => {
  const first = await origin.commit({ a: '1' });
  await origin.commit({ a: '2' });
  await origin.git('tag', '-a', '-m', 'x', 'v1', first);
  for (const name of ['HEAD~1', 'v1', first.slice(0, 10)])
    expect((await resolveLocal(origin.path, name)).headSha).toBe(first);
});

test('a detached head has no branch, a bare repository has no dirt', async () => {
  const headSha = await origin.commit({ a: '1' });
  await origin.git('checkout', '--quiet', '--detach');
  expect((await resolveLocal(origin.path)).branch).toBeNull();
  const bare = lab.freshPath('bare');
  await git(lab.dir, ['clone', '--quiet', '--bare', origin.path, bare]);
  expect(await resolveLocal(bare)).toMatchObject({ cloneUrl: await realpath(bare), headSha, dirtyFiles: [] });
});

test('what cannot be tested is refused with what to do', async () => {
  await expect(resolveLocal(lab.dir)).rejects.toMatchObject({ code: 'not-a-repository' });
  await expect(resolveLocal(join(lab.dir, 'nothing'))).rejects.toMatchObject({ code: 'no-such-path' });
  await expect(resolveLocal(origin.path)).rejects.toMatchObject({
    code: 'no-such-commit',
    message: expect.stringContaining('make one'),
  });
  await origin.commit({ a: '1' });
  for (const name of ['nothing', '--all', '-x'])
    await expect(resolveLocal(origin.path, name)).rejects.toMatchObject({ code: 'no-such-commit' });
});

test.each([
  ['https://github.com/acme/rocket.git', 'acme/rocket'],
  ['https://github.com/acme/rocket/', 'acme/rocket'],
  ['git@github.com:acme/rocket.git', 'acme/rocket'],
  ['ssh://git@example.com:22/group/sub/rocket', 'sub/rocket'],
  ['https://example.com/rocket', null],
  ['/srv/git/rocket.git', null],
  ['../rocket', null],
  ['', null],
])('the name in %j is %j', (url, name) => {
  expect(nameOf(url)).toBe(name);
});
