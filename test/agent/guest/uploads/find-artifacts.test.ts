import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findArtifacts } from '#agent/guest/uploads/find-artifacts.ts';

let directory: string;
let workspace: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'paddock-artifacts-'));
  workspace = join(directory, 'checkout');
  for (const path of ['dist/a.tar', 'dist/b.zip', 'dist/deep/c', 'dist/.hidden', 'other/d', '.config/e']) {
    await mkdir(dirname(join(workspace, path)), { recursive: true });
    await writeFile(join(workspace, path), path);
  }
  await writeFile(join(directory, 'outside'), 'secret');
});

afterEach(() => rm(directory, { recursive: true, force: true }));

const find = async (...patterns: string[]) =>
  (await findArtifacts(workspace, patterns, new AbortController().signal)).map(({ path }) => path);

test.each([
  ['a pattern', ['dist/*.tar'], ['dist/a.tar']],
  ['a file by its name', ['other/d'], ['other/d']],
  ['a directory', ['dist'], ['dist/a.tar', 'dist/b.zip', 'dist/deep/c']],
  ['two patterns that overlap', ['dist/*', 'dist/*.zip'], ['dist/a.tar', 'dist/b.zip']],
  ['braces', ['dist/*.{tar,zip}'], ['dist/a.tar', 'dist/b.zip']],
  ['a pattern and an exclusion', ['dist/**', '!dist/*.zip'], ['dist/a.tar', 'dist/deep/c']],
  ['a hidden file by its name', ['.config/e'], ['.config/e']],
])('%s names its files, each once, in order', async (_what, patterns, found) => {
  expect(await find(...patterns)).toEqual(found);
});

test.each([['dist/*.rpm'], ['none'], ['empty']])('%s, which matches no file, is an error', async pattern => {
  await mkdir(join(workspace, 'empty'));
  await expect(find('dist/*', pattern)).rejects.toMatchObject({
    cure: 'nothing',
    message: `artifacts: ${pattern} matches no file`,
  });
});

test('a link to a file of the checkout is read through, under its own name', async () => {
  await symlink('a.tar', join(workspace, 'dist/latest'));
  const [found] = await findArtifacts(workspace, ['dist/latest'], new AbortController().signal);
  expect(found).toMatchObject({ path: 'dist/latest', bytes: 10 });
});

test.each([
  ['a file', 'dist/evil', '../../outside', 'dist/evil'],
  ['a directory', 'evil', '..', 'evil/outside'],
])('a link that leads out of the checkout to %s is refused', async (_what, link, target, pattern) => {
  await symlink(target, join(workspace, link));
  await expect(find(pattern)).rejects.toMatchObject({ cure: 'nothing' });
});

test('a link that leads nowhere is refused, and not silently left out', async () => {
  await symlink('nothing-here', join(workspace, 'dist/broken'));
  await expect(find('dist/broken')).rejects.toMatchObject({ cure: 'nothing' });
});

test('a link to a directory is no file', async () => {
  await symlink('../other', join(workspace, 'dist/others'));
  expect(await find('dist/*')).toEqual(['dist/a.tar', 'dist/b.zip']);
});

test('patterns do not follow links into a circle', async () => {
  await symlink('..', join(workspace, 'dist/up'));
  expect(await find('dist/*.tar', '**/c')).toEqual(['dist/a.tar', 'dist/deep/c']);
});

test('a pattern that climbs out finds nothing to hand over', async () => {
  await expect(find('../outside')).rejects.toMatchObject({ cure: 'nothing' });
});

test('more files than a job may have are refused with the way out', async () => {
  for (let n = 0; n <= 200; n++) await writeFile(join(workspace, 'other', String(n)), '');
  await expect(find('other/*')).rejects.toThrow(/202 files match, at most 200 are kept; pack them/);
});

test('a name that cannot be kept is refused', async () => {
  await writeFile(join(workspace, 'other', 'a\nb'), '');
  await expect(find('other/*')).rejects.toThrow(/not a name/);
});
