import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type BundlePlan, bundle } from '#coordinator/build/bundle-agents.ts';

const guest: BundlePlan = {
  name: 'guest',
  entry: 'agent/main.ts',
  output: 'dist/guest.cjs',
  format: 'cjs',
  target: 'node18',
};
const host: BundlePlan = { ...guest, name: 'host', output: 'dist/host.mjs', format: 'esm', target: 'node24' };

let root: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'paddock-bundle-'));
  await mkdir(path.join(root, 'agent'));
  await write('package.json', '{ "type": "module", "imports": { "#shared/*": "./shared/*" } }');
  await write('agent/main.ts', "import { word } from './word.ts'; console.log(word satisfies string);");
  await write('agent/word.ts', "export const word = 'first';");
});
afterEach(() => rm(root, { recursive: true }));

/** Written an hour ago: a file changed in the moment of the build is built again, which is a test of its own. */
async function write(name: string, text: string, age = 3_600): Promise<void> {
  const file = path.join(root, name);
  await writeFile(file, text);
  const then = Date.now() / 1_000 - age;
  await utimes(file, then, then);
}

const outputOf = async (file: string) => (await promisify(execFile)(process.execPath, [file])).stdout.trim();

describe.each([guest, host])('the $name bundle', plan => {
  test('is one file that runs', async () => {
    const built = await bundle(plan, root);
    expect(built).toMatchObject({ isNew: true, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(await outputOf(built.path)).toBe('first');
  });

  test('may use CommonJS dependencies that ask for modules of Node', async () => {
    await write('agent/word.cjs', "exports.word = require('node:path').basename('a/deep');");
    await write('agent/main.ts', "import { word } from './word.cjs'; console.log(word);");
    expect(await outputOf((await bundle(plan, root)).path)).toBe('deep');
  });
});

test('a fresh bundle is left alone', async () => {
  const first = await bundle(guest, root);
  expect(await bundle(guest, root)).toMatchObject({ isNew: false, sha256: first.sha256 });
});

test('a changed input is built in, wherever it is', async () => {
  await bundle(guest, root);
  await write('agent/word.ts', "export const word = 'second';");
  const built = await bundle(guest, root);
  expect([built.isNew, await outputOf(built.path)]).toEqual([true, 'second']);
});

test('an input that was only touched changes nothing', async () => {
  await bundle(guest, root);
  await write('agent/word.ts', "export const word = 'first';", 0);
  expect(await bundle(guest, root)).toMatchObject({ isNew: false });
});

test('an input written while the bundle was built makes the next call build again', async () => {
  await write('agent/word.ts', "export const word = 'first';", -5);
  await bundle(guest, root);
  expect(await bundle(guest, root)).toMatchObject({ isNew: true });
});

test('a changed lock file counts as a change of every dependency', async () => {
  await bundle(guest, root);
  await write('package-lock.json', '{}');
  expect(await bundle(guest, root)).toMatchObject({ isNew: true });
});

test('another way of building counts too', async () => {
  await bundle(guest, root);
  expect(await bundle({ ...guest, target: 'node20' }, root)).toMatchObject({ isNew: true });
});

test.each(['dist/guest.cjs', 'dist/guest.cjs.json'])('a damaged %s is mended', async name => {
  const { sha256 } = await bundle(guest, root);
  await write(name, 'damaged');
  expect(await bundle(guest, root)).toMatchObject({ isNew: true, sha256 });
});

test('calls at the same time leave one whole bundle and no draft', async () => {
  const bundles = await Promise.all([1, 2, 3, 4].map(() => bundle(guest, root)));
  expect(new Set(bundles.map(({ sha256 }) => sha256)).size).toBe(1);
  expect(await readdir(path.join(root, 'dist'))).toEqual(['guest.cjs', 'guest.cjs.json']);
});

test('the record names inputs of the tree only, so it is the same on every machine', async () => {
  const { path: file } = await bundle(guest, root);
  const { inputs } = JSON.parse(await readFile(`${file}.json`, 'utf8'));
  expect(inputs).toEqual(['agent/main.ts', 'agent/word.ts', 'package-lock.json']);
});

test.each([
  ['a missing entry', ''],
  ['a mistake', 'const = 1;'],
  ['a warning', 'console.log({ a: 1, a: 2 })'],
])('%s is an error that names the entry, and the old bundle stays', async (_, text) => {
  const { path: file } = await bundle(guest, root);
  await (text ? write('agent/main.ts', text) : rm(path.join(root, 'agent/main.ts')));
  await expect(bundle(guest, root)).rejects.toMatchObject({
    code: 'bundle-failed',
    message: expect.stringContaining('agent/main.ts'),
  });
  expect(await outputOf(file)).toBe('first');
});
