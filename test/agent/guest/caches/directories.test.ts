import { createHash } from 'node:crypto';
import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { create } from 'tar';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { localDirectories } from '#agent/guest/caches/directories.ts';
import type { Workplace } from '#agent/guest/workplace.ts';

let root: string;
let [here, there]: [Workplace, Workplace] = [{}, {}] as [Workplace, Workplace];
const { signal } = new AbortController();

async function makePlace(name: string): Promise<Workplace> {
  const own = join(root, name);
  const place = {
    root: own,
    workspace: join(own, 'checkout'),
    home: join(own, 'home'),
    temporary: join(own, 'tmp'),
    secrets: join(own, 'secrets'),
    spool: join(own, 'spool'),
    journal: join(own, 'journal'),
  };
  for (const directory of [place.workspace, place.home, place.temporary])
    await mkdir(directory, { recursive: true });
  return place;
}

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'paddock-caches-'));
  [here, there] = [await makePlace('here'), await makePlace('there')];
});
afterEach(() => rm(root, { recursive: true }));

const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
const unpack = (path: string, bytes: Buffer, sha256 = digest(bytes)) =>
  localDirectories.unpack(there, path, { body: Readable.from([bytes]), sha256 }, signal);

async function packed(path: string): Promise<Buffer> {
  const found = await localDirectories.pack(here, path, signal);
  if (!found) throw new Error(`there is no ${path}`);
  const bytes = await readFile(found.file);
  expect(bytes).toHaveLength(found.bytes);
  await found.release();
  expect(await readdir(here.temporary)).toEqual([]);
  return bytes;
}

test.each(['~/.npm', 'node_modules'])('%s is there as it was left, with links and modes', async path => {
  const [from, to] = [here, there].map(({ home, workspace }) =>
    path.startsWith('~/') ? join(home, '.npm') : join(workspace, path),
  ) as [string, string];
  await mkdir(join(from, 'deep/er'), { recursive: true });
  await writeFile(join(from, 'deep/er/run'), '#!/bin/sh\n');
  await chmod(join(from, 'deep/er/run'), 0o755);
  await symlink('deep/er/run', join(from, 'run'));
  await unpack(path, await packed(path));
  expect(await readFile(join(to, 'deep/er/run'), 'utf8')).toBe('#!/bin/sh\n');
  expect((await lstat(join(to, 'deep/er/run'))).mode & 0o777).toBe(0o755);
  expect(await readlink(join(to, 'run'))).toBe('deep/er/run');
  expect(await readdir(there.temporary)).toEqual([]);
});

test('what is there already stays beside it', async () => {
  await mkdir(join(here.home, '.cargo'));
  await writeFile(join(here.home, '.cargo/new'), 'new');
  await mkdir(join(there.home, '.cargo'));
  await writeFile(join(there.home, '.cargo/old'), 'old');
  await unpack('~/.cargo', await packed('~/.cargo'));
  expect((await readdir(join(there.home, '.cargo'))).sort()).toEqual(['new', 'old']);
});

test('without the directory there is nothing to hand over, and a link to one is none', async () => {
  await symlink('/etc', join(here.home, '.npm'));
  expect(await localDirectories.pack(here, '~/.npm', signal)).toBeNull();
  expect(await localDirectories.pack(here, 'node_modules', signal)).toBeNull();
});

test('other bytes than were kept change nothing', async () => {
  await mkdir(join(here.workspace, 'deps'));
  const bytes = await packed('deps');
  await expect(unpack('deps', bytes, digest(Buffer.from('else')))).rejects.toThrow('other bytes');
  await expect(unpack('deps', bytes.subarray(0, 40))).rejects.toThrow();
  expect(await readdir(there.workspace)).toEqual([]);
  expect(await readdir(there.temporary)).toEqual([]);
});

test('a cache changes nothing but its own directory, whatever is in it', async () => {
  await mkdir(join(here.home, '.npm'));
  await writeFile(join(here.home, '.npm/fine'), 'fine');
  await writeFile(join(here.home, '.profile'), 'evil');
  await writeFile(join(root, 'evil'), 'evil');
  await symlink('/', join(here.home, '.npm/slash'));
  const file = join(root, 'forged');
  const names = ['.npm', '.profile', '../../evil'];
  await create({ cwd: here.home, gzip: true, file, preservePaths: true }, names);
  await unpack('~/.npm', await readFile(file));
  expect(await readdir(there.home)).toEqual(['.npm']);
  expect(await readdir(there.root)).toEqual(['checkout', 'home', 'tmp']);
  expect(await readFile(join(there.home, '.npm/fine'), 'utf8')).toBe('fine');
});
