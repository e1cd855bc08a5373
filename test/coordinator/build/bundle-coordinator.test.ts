import { spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { bundleCoordinator } from '#coordinator/build/bundle-coordinator.ts';

const bin = 'coordinator/cli/paddock.mjs';
const hourMs = 3_600_000;

let root: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'paddock-bundle-'));
  for (const folder of [
    'coordinator/build',
    'coordinator/cli',
    'coordinator/logs',
    'coordinator/reports',
    'shared',
  ])
    await mkdir(path.join(root, folder), { recursive: true });
  await cp(path.resolve(import.meta.dirname, '../../..', bin), path.join(root, bin));
  await write(
    'package.json',
    '{ "type": "module", "imports": { "#shared/*": "./shared/*", "#dist/*": "./dist/*" } }',
  );
  await write('package-lock.json', '{}');
  await write('coordinator/build/bundle-coordinator.ts', '');
  await write('coordinator/logs/search-worker.ts', "import '#shared/word.ts';");
  await write('coordinator/reports/read-worker.ts', "import '#shared/word.ts';");
  await write('coordinator/cli/verb.ts', "export { word } from '#shared/word.ts';");
  await write(
    'coordinator/cli/main.ts',
    "const { word } = await import('./verb.ts'); console.log(word, import.meta.url.split('.').at(-1));",
  );
  await write('shared/word.ts', "export const word: string = 'first';");
});
afterEach(() => rm(root, { recursive: true }));

/** Written some hours ago: a file changed in the moment of the build is built again. */
async function write(name: string, text: string, hoursAgo = 2): Promise<void> {
  const file = path.join(root, name);
  await writeFile(file, text);
  const then = new Date(Date.now() - hoursAgo * hourMs);
  await utimes(file, then, then);
}

const run = () => spawnSync(process.execPath, [path.join(root, bin)], { encoding: 'utf8' }).stdout.trim();

test('the command runs the bundle while no source was touched since it was built, else the sources', async () => {
  expect(run()).toBe('first ts');
  expect(await bundleCoordinator(root)).toMatchObject({ isNew: true });
  expect(run()).toBe('first mjs');
  await write('shared/word.ts', "export const word: string = 'other';", 1);
  expect(run()).toBe('other ts');
  expect(await bundleCoordinator(root)).toMatchObject({ isNew: true });
  expect(run()).toBe('other mjs');
});

test('a source that was touched and is the same again is no reason to build', async () => {
  await bundleCoordinator(root);
  await write('shared/word.ts', "export const word: string = 'first';", 1);
  expect(run()).toBe('first ts');
  expect(await bundleCoordinator(root)).toMatchObject({ isNew: false });
  expect(run()).toBe('first mjs');
});

test('a source that changed in the moment of the build is not taken for what was built', async () => {
  await write('shared/word.ts', "export const word: string = 'first';", 0);
  await bundleCoordinator(root);
  expect(run()).toBe('first ts');
});

test('a bundle that was damaged is built again', async () => {
  await bundleCoordinator(root);
  await writeFile(path.join(root, 'dist/coordinator/main.mjs'), 'half');
  expect(await bundleCoordinator(root)).toMatchObject({ isNew: true });
  expect(run()).toBe('first mjs');
});

test('files of an earlier build stay for a day: who runs it may load one more of them', async () => {
  await bundleCoordinator(root);
  const folder = path.join(root, 'dist/coordinator');
  const chunks = async () => (await readdir(folder)).filter(name => /^chunk-\w+\.mjs$/.test(name));
  const [first = ''] = await chunks();
  await write('shared/word.ts', "export const word: string = 'other';", 1);
  await bundleCoordinator(root);
  expect(await chunks()).toContain(first);
  await write(path.join('dist/coordinator', first), await readFile(path.join(folder, first), 'utf8'), 25);
  await write('shared/word.ts', "export const word: string = 'third';", 1);
  await bundleCoordinator(root);
  expect(await chunks()).not.toContain(first);
});
