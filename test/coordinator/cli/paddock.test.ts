import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

const source = path.resolve(import.meta.dirname, '../../../coordinator/cli/paddock.mjs');

/** A checkout of its own with a `main.ts` that says what it was given. */
let checkout: string;
beforeEach(async () => {
  checkout = await mkdtemp(path.join(os.tmpdir(), 'paddock-bin-'));
  await mkdir(path.join(checkout, 'coordinator/cli'), { recursive: true });
  await cp(source, bin());
  await writeMain('console.log(JSON.stringify(process.argv.slice(2))); process.exitCode = 3;');
});
afterEach(() => rm(checkout, { recursive: true }));

const bin = () => path.join(checkout, 'coordinator/cli/paddock.mjs');
const writeMain = (text: string) => writeFile(path.join(checkout, 'coordinator/cli/main.ts'), text);

/** The copy believes that it runs on an old Node. */
async function pretendOldNode(): Promise<void> {
  const text = await readFile(bin(), 'utf8');
  await writeFile(bin(), text.replace('process.versions.node', "'20.0.0'"));
}

async function bringNode(): Promise<void> {
  await mkdir(path.join(checkout, 'node_modules/node/bin'), { recursive: true });
  await symlink(process.execPath, path.join(checkout, 'node_modules/node/bin/node'));
}

const run = (...args: string[]) => spawnSync(process.execPath, [bin(), ...args], { encoding: 'utf8' });

test('on a fitting Node the command runs at once', () => {
  expect(run('runs', '--json')).toMatchObject({ status: 3, stdout: '["runs","--json"]\n' });
});

test('on an old Node the checkout’s own is started, with arguments and exit code passed through', async () => {
  await pretendOldNode();
  await bringNode();
  expect(run('run', 'a b', '--once')).toMatchObject({ status: 3, stdout: '["run","a b","--once"]\n' });
});

test('on an old Node without another one the error says what to do', async () => {
  await pretendOldNode();
  expect(run('up')).toMatchObject({ status: 2, stderr: expect.stringMatching(/needs Node 24.*npm ci/) });
});

test('a signal reaches the command, which ends in its own way', async () => {
  await pretendOldNode();
  await bringNode();
  await writeMain(
    "process.on('SIGTERM', () => process.exit(7)); console.log('up'); setInterval(() => {}, 1_000);",
  );
  const child = spawn(process.execPath, [bin()], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  await once(child.stdout, 'data');
  child.kill('SIGTERM');
  expect(await ended).toEqual([7, null]);
});

test('a command killed by a signal is seen as such', async () => {
  await pretendOldNode();
  await bringNode();
  await writeMain("process.kill(process.pid, 'SIGKILL');");
  expect(run()).toMatchObject({ status: null, signal: 'SIGKILL' });
});
