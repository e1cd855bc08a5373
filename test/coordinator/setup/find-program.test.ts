import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findProgram, missingFor } from '#coordinator/setup/find-program.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'paddock-find-'));
});
afterEach(() => rm(root, { recursive: true }));

async function program(...parts: string[]): Promise<string> {
  const file = path.join(root, ...parts);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, '');
  await chmod(file, 0o755);
  return file;
}

const search = (...folders: string[]) => ({
  path: folders.map(folder => path.join(root, folder)).join(path.delimiter),
  usualFolders: [path.join(root, 'sbin')],
});

test('PATH is asked first, in its order', async () => {
  await program('b/nats-server');
  const first = await program('a/nats-server');
  expect(await findProgram({ programs: ['nats-server'], folders: [] }, search('a', 'b'))).toBe(first);
});

test('a server outside the PATH of an ordinary user is found', async () => {
  const server = await program('sbin/nats-server');
  expect(await findProgram({ programs: ['nats-server'], folders: [] }, search('a'))).toBe(server);
});

test('of versioned folders the newest is taken, by number', async () => {
  await program('postgresql/9/bin/postgres');
  const newest = await program('postgresql/15/bin/postgres');
  const folders = [path.join(root, 'postgresql/*/bin')];
  expect(await findProgram({ programs: ['postgres'], folders }, search())).toBe(newest);
});

test('a file that cannot be executed does not count', async () => {
  await chmod(await program('a/git'), 0o644);
  expect(await findProgram({ programs: ['git'], folders: [] }, search('a'))).toBeNull();
});

test('what is missing is listed, what is there is not', async () => {
  await program('a/git');
  const missing = await missingFor('demo', search('a'));
  expect(missing.map(({ name }) => name)).toEqual(['nats-server']);
});
