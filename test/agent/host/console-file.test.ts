import { appendFile, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { boundConsole, readConsole } from '#agent/host/drivers/console-file.ts';
import { limits } from '#shared/limits.ts';

let directory: string;
let console: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'paddock-console-'));
  console = join(directory, 'console');
});
afterEach(() => rm(directory, { recursive: true }));

const read = async () => {
  const bytes = await readConsole(console);
  return bytes && Buffer.from(bytes).toString();
};

test('none is none, and an empty one is empty', async () => {
  expect(await read()).toBe(null);
  await boundConsole(console);
  await writeFile(console, '');
  expect(await read()).toBe('');
});

test('what was put aside comes before what is written now', async () => {
  for (const [suffix, text] of [
    ['.1', 'one '],
    ['.0', 'two '],
    ['', 'three'],
  ])
    await writeFile(`${console}${suffix}`, text ?? '');
  expect(await read()).toBe('one two three');
  await rm(console);
  expect(await read()).toBe('one two ');
});

test('of a long one its end is read, over as many files as that takes', async () => {
  await writeFile(`${console}.1`, 'a'.repeat(limits.consoleBytes));
  await writeFile(`${console}.0`, 'b'.repeat(limits.consoleBytes / 2));
  await writeFile(console, 'c'.repeat(10));
  const text = (await read()) ?? '';
  expect(text.length).toBe(limits.consoleBytes);
  expect(text).toMatch(/^a+b+c{10}$/);
  expect(text.lastIndexOf('a') + 1).toBe(limits.consoleBytes / 2 - 10);
});

test('every file is cut in the middle, and what is written afterwards comes behind', async () => {
  const size = 2 * 1024 * 1024;
  for (const suffix of ['.0', '']) await writeFile(`${console}${suffix}`, `first${'x'.repeat(size)}last`);
  await boundConsole(console);
  await appendFile(console, ' and more');
  for (const suffix of ['.0', '']) {
    expect((await stat(`${console}${suffix}`)).size).toBeLessThan(limits.consoleBytes);
    const text = await readFile(`${console}${suffix}`, 'utf8');
    expect(text).toMatch(/^firstx+\n\[\d+ bytes of the console were cut here\]\nx+last/);
  }
  expect(await read()).toMatch(/last and more$/);
});

test('one that is put aside while it is read is read once', async () => {
  await writeFile(console, 'before');
  const reading = read();
  await rename(console, `${console}.0`);
  await writeFile(console, 'after');
  expect(['before', 'after', 'beforeafter']).toContain(await reading);
  expect(await read()).toBe('beforeafter');
});
