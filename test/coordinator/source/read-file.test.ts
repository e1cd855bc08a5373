import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Mirrors } from '#coordinator/source/mirror-port.ts';
import { type CommitSha, commitSha, repositoryId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { until } from '#test/support/until.ts';
import { type Content, ensure, type Lab, missingCommit, type Origin, openLab, repository } from './lab.ts';

let lab: Lab;
let origin: Origin;
let mirrors: Mirrors;
beforeEach(async () => {
  lab = await openLab();
  origin = await lab.origin();
  mirrors = lab.mirrors();
});
afterEach(() => lab.close());

async function mirrored(files: Record<string, Content>): Promise<CommitSha> {
  const commit = await origin.commit(files);
  await ensure(mirrors, origin.path, commit);
  return commit;
}

const read = (commit: CommitSha, path: string, maxBytes: number = limits.suiteFileBytes) =>
  mirrors.readFile(repository, commit, path, maxBytes);

test('a file is read byte for byte, wherever it is', async () => {
  const bytes = Buffer.from([0, 255, 10, 13, 10, 128]);
  const commit = await mirrored({
    bytes,
    'a/b/c.txt': 'deep',
    'wörter/日本.txt': 'names',
    empty: '',
    run: { program: '#!x' },
  });
  expect(await read(commit, 'bytes')).toEqual(bytes);
  expect(await read(commit, 'a/b/c.txt')).toEqual(Buffer.from('deep'));
  expect(await read(commit, 'wörter/日本.txt')).toEqual(Buffer.from('names'));
  expect(await read(commit, 'empty')).toEqual(Buffer.alloc(0));
  expect(await read(commit, 'run')).toEqual(Buffer.from('#!x'));
});

test('a file is read as it is in that commit, not in a later one', async () => {
  const first = await mirrored({ a: '1' });
  const second = await mirrored({ a: '2' });
  expect([await read(first, 'a'), await read(second, 'a')]).toEqual([Buffer.from('1'), Buffer.from('2')]);
});

test.each(['nothing', 'a/nothing', 'a/b/c/d', '', '.', 'a/', '/a', '../a', 'a//b'])(
  'there is no file %j',
  async path => {
    const commit = await mirrored({ 'a/b/x': '1' });
    expect(await read(commit, path)).toBeNull();
  },
);

test('a symbolic link is refused, also as a directory on the way', async () => {
  const commit = await mirrored({
    'real/.paddock.yml': 'x',
    '.paddock.yml': { link: 'real/.paddock.yml' },
    dir: { link: 'real' },
  });
  await expect(read(commit, '.paddock.yml')).rejects.toMatchObject({
    code: 'not-a-file',
    permanent: true,
    message: expect.stringContaining('symlink'),
  });
  await expect(read(commit, 'dir/.paddock.yml')).rejects.toMatchObject({ code: 'not-a-file' });
});

test('directories, submodules and paths through files are refused', async () => {
  await origin.git('update-index', '--add', '--cacheinfo', `160000,${missingCommit},sub`);
  const withSub = commitSha.parse(
    await origin.git('commit-tree', '-m', 'sub', await origin.git('write-tree')),
  );
  await ensure(mirrors, origin.path, withSub);
  await expect(read(withSub, 'sub')).rejects.toMatchObject({ message: expect.stringContaining('submodule') });
  await expect(read(withSub, 'sub/a')).rejects.toMatchObject({ code: 'not-a-file' });
  const commit = await mirrored({ 'dir/a': 'x' });
  await expect(read(commit, 'dir')).rejects.toMatchObject({ message: expect.stringContaining('directory') });
  await expect(read(commit, 'dir/a/b')).rejects.toMatchObject({ code: 'not-a-file' });
});

test('a file over the limit is refused, and the next read works', async () => {
  const commit = await mirrored({ big: Buffer.alloc(5_000_000, 'x'), small: 'y' });
  await expect(read(commit, 'big', 1_000)).rejects.toMatchObject({ code: 'file-too-large', permanent: true });
  expect(await read(commit, 'small')).toEqual(Buffer.from('y'));
  expect(await read(commit, 'big', 5_000_000)).toHaveLength(5_000_000);
});

test('a commit that is not in the mirror is said so', async () => {
  await mirrored({ a: '1' });
  await expect(read(missingCommit, 'a')).rejects.toMatchObject({ code: 'not-mirrored', permanent: false });
});

test('a directory of fifty thousand files is no trouble', async () => {
  const commit = await origin.commitMany(50_000, 'same');
  await ensure(mirrors, origin.path, commit);
  expect(await read(commit, 'd/49999')).toEqual(Buffer.from('same'));
});

test('what is remembered of a mirror keeps no more memory than its own bytes', async () => {
  const commit = await mirrored({ a: 'few bytes' });
  await read(commit, 'a');
  const remembered = await read(commit, 'a');
  expect(remembered).toEqual(Buffer.from('few bytes'));
  expect(remembered?.buffer.byteLength).toBe('few bytes'.length);
});

test('many reads at once get each their own answer', async () => {
  const names = Array.from({ length: 200 }, (_, i) => `file-${i}`);
  const commit = await mirrored(Object.fromEntries(names.map(name => [name, `I am ${name}`])));
  const texts = await Promise.all(
    names.map(async name => String(Buffer.from((await read(commit, name)) ?? ''))),
  );
  expect(texts).toEqual(names.map(name => `I am ${name}`));
});

test('a file over the limit harms none of those that are asked for beside it', async () => {
  const commit = await mirrored({ big: Buffer.alloc(5_000_000, 'x'), a: '1', b: '2' });
  const [a, big, b] = await Promise.allSettled([
    read(commit, 'a'),
    read(commit, 'big', 1_000),
    read(commit, 'b'),
  ]);
  expect(big).toMatchObject({ status: 'rejected', reason: { code: 'file-too-large' } });
  expect([a, b]).toEqual([
    { status: 'fulfilled', value: Buffer.from('1') },
    { status: 'fulfilled', value: Buffer.from('2') },
  ]);
});

test('a commit that was foreseen is there, fetched where it was not', async () => {
  const commit = await mirrored({ a: '1' });
  const later = await origin.commit({ a: '2' });
  mirrors.foresee(repository, commit);
  mirrors.foresee(repository, later);
  await ensure(mirrors, origin.path, commit);
  await ensure(mirrors, origin.path, later);
  expect(await mirrors.hasCommit(repository, later)).toBe(true);
  expect(String(await read(later, 'a'))).toBe('2');
});

/** The kept-open git children of this test's mirrors. */
const readerPids = (): number[] =>
  readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(Number)
    .filter(pid => commandLine(pid).includes('cat-file') && commandLine(pid).includes(lab.dir));

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return ''; // it has just ended
  }
}

test('a reader that is killed is replaced, also with questions waiting', async () => {
  const commit = await mirrored({ a: '1' });
  await read(commit, 'a');
  for (let round = 0; round < 5; round++) {
    const answers = Promise.all(Array.from({ length: 20 }, () => read(commit, 'a')));
    for (const pid of readerPids()) process.kill(pid, 'SIGKILL');
    expect(new Set((await answers).map(bytes => String(Buffer.from(bytes ?? ''))))).toEqual(new Set(['1']));
  }
});

test('one reader serves a repository, few serve many, none is left at the end', async () => {
  const commit = await mirrored({ a: '1' });
  await Promise.all(Array.from({ length: 50 }, () => read(commit, 'a')));
  expect(readerPids()).toHaveLength(1);
  for (let i = 0; i < limits.gitReaders + 3; i++) {
    const id = repositoryId.parse(`repo_01h455vb4pex5vsknk0000${String(i).padStart(4, '0')}`);
    await ensure(mirrors, origin.path, commit, id);
  }
  await until('the longest unused readers have ended', () => readerPids().length <= limits.gitReaders);
  await mirrors.close();
  expect(readerPids()).toEqual([]);
});

test('a mirror that is lost under the reader is an error that says so, not a hang', async () => {
  const commit = await mirrored({ a: '1' });
  await read(commit, 'a');
  rmSync(mirrors.directoryOf(repository), { recursive: true });
  await expect(read(commit, 'a')).rejects.toMatchObject({ code: 'not-mirrored' });
});
