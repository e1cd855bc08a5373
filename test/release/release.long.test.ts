import { execFile } from 'node:child_process';
import { access, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { extract } from 'tar';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { releaseFrom } from '#release/build-tree.ts';
import { sign, verify } from '#release/minisign.ts';

const run = promisify(execFile);
const root = path.resolve(import.meta.dirname, '../..');

let place: string;
beforeEach(async () => {
  place = await mkdtemp(path.join(os.tmpdir(), 'paddock-release-test-'));
});
afterEach(() => rm(place, { recursive: true, force: true }));

/** The sources as they lie here, with the packages of the lock file, in a folder of that name. */
async function treeIn(name: string): Promise<string> {
  const tree = path.join(place, name);
  await run('git', ['-C', root, 'checkout-index', '--all', `--prefix=${tree}/`]);
  await run('npm', ['ci', '--ignore-scripts', '--prefer-offline'], { cwd: tree });
  return tree;
}

const commit = { sha: '0123456789012345678901234567890123456789', at: new Date('2026-11-30T12:00:00Z') };

test('a release is the same wherever it is built, is signed, and runs without a package installed', async () => {
  const first = path.join(place, 'out');
  const second = path.join(place, 'out-again');
  const names = await releaseFrom(await treeIn('a'), commit, first);
  await releaseFrom(await treeIn('another-place'), commit, second);
  for (const name of names)
    expect([
      name,
      (await readFile(path.join(second, name))).equals(await readFile(path.join(first, name))),
    ]).toEqual([name, true]);

  await run('sha256sum', ['--check', '--strict', 'SHA256SUMS'], { cwd: first });
  await run('minisign', ['-G', '-W', '-p', 'public', '-s', 'secret'], { cwd: place });
  const sums = path.join(first, 'SHA256SUMS');
  await sign(sums, path.join(place, 'secret'), 'Paddock 0123456');
  expect(await verify(sums, path.join(place, 'public'))).toBe('Paddock 0123456');
  await writeFile(sums, `${await readFile(sums, 'utf8')} `);
  await expect(verify(sums, path.join(place, 'public'))).rejects.toThrow(/Command failed: minisign -V/);

  const [archive = ''] = names;
  await extract({ file: path.join(first, archive), cwd: place });
  const [folder = ''] = (await readdir(place)).filter(name => name.startsWith('paddock-'));
  const paddock = path.join(place, folder, 'coordinator/cli/paddock.mjs');
  await expect(access(path.join(place, folder, 'node_modules'))).rejects.toThrow();
  const { stdout } = await run(process.execPath, [paddock, 'demo', '--once'], { maxBuffer: 1e8 });
  expect(stdout).toMatch(/everything is right after/);
}, 600_000);
