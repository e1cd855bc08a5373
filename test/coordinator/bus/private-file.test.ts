import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readIfThere, readOrMake, replacePrivateFile } from '#coordinator/bus/private-file.ts';
import { withBench } from './with-bus.ts';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'paddock-bus-'));
});
afterEach(() => rm(dir, { recursive: true }));

test('a file that is made by many at once has one text for all of them', async () => {
  const path = join(dir, 'key');
  const texts = await Promise.all(Array.from({ length: 8 }, (_, n) => readOrMake(path, () => `key ${n}`)));
  expect(new Set(texts).size).toBe(1);
  expect(await readFile(path, 'utf8')).toBe(texts[0]);
  expect(await readdir(dir)).toEqual(['key']);
});

test('a replaced file is private and leaves no draft behind', async () => {
  const path = join(dir, 'file');
  await writeFile(path, 'old', { mode: 0o644 });
  await replacePrivateFile(path, 'new');
  expect(await readFile(path, 'utf8')).toBe('new');
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(await readdir(dir)).toEqual(['file']);
});

test('a file that is not there is null, one that cannot be read is an error', async () => {
  expect(await readIfThere(join(dir, 'nothing'))).toBeNull();
  await expect(readIfThere(dir)).rejects.toThrow(/EISDIR/);
});

test('drafts of a killed coordinator are gone after the next start', async () => {
  await withBench(async ({ start, dir }) => {
    await (await start()).close();
    const draft = join(dir, 'nats', 'port.0b5c.new');
    await writeFile(draft, '1');
    await start();
    expect(await readIfThere(draft)).toBeNull();
  });
});
