import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createOrigin, type Origin } from '#coordinator/demo/origin.ts';
import { killAll, processesOf } from '#test/support/fleet/processes.ts';
import { until } from '#test/support/until.ts';

const command = path.resolve(import.meta.dirname, '../../coordinator/cli/paddock.mjs');

let directory: string;
let origin: Origin;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'paddock-remains-'));
  origin = await createOrigin(path.join(directory, 'repository'), process.env.PATH);
  await origin.commit('main', 'First', { 'README.md': 'hello\n' });
});
afterEach(async () => {
  killAll(directory);
  await rm(directory, { recursive: true, force: true });
});

function run(suite: string) {
  const env = { PATH: process.env.PATH, HOME: directory, TMPDIR: directory };
  const argv = [command, 'run', origin.directory, '--command', suite];
  return spawn(process.execPath, argv, { env, stdio: 'ignore' });
}

test('what a killed `paddock run` has left running is ended by the next one', async () => {
  const flag = path.join(directory, 'begun');
  const killed = run(`touch ${flag}; sleep 600`);
  await until('its step runs', () => existsSync(flag), { timeoutMs: 20_000 });
  killed.kill('SIGKILL');
  await once(killed, 'exit');
  expect(processesOf(directory).length).toBeGreaterThan(2);

  expect(await once(run('true'), 'exit')).toEqual([0, null]);
  await until('no process is left', () => processesOf(directory).length === 0);
  expect((await readdir(directory)).sort()).toEqual(['begun', 'repository']);
}, 60_000);
