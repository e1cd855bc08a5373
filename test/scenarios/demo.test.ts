import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { killAll, processesOf } from '#test/support/fleet/processes.ts';
import { until } from '#test/support/until.ts';

const command = path.resolve(import.meta.dirname, '../../coordinator/cli/paddock.mjs');

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'paddock-demo-test-'));
});
afterEach(async () => {
  killAll(directory); // what a test that failed has left; after the others there is nothing
  await rm(directory, { recursive: true });
});

/** The demonstration in a directory for temporary files of its own, so that what it leaves can be seen. */
function startDemo(...flags: string[]) {
  const env = { PATH: process.env.PATH, HOME: directory, TMPDIR: directory };
  const child = spawn(process.execPath, [command, 'demo', ...flags], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', chunk => {
    text += chunk;
  });
  const ended = once(child, 'exit');
  return { child, ended, text: () => text };
}

async function expectNothingLeft(): Promise<void> {
  await until('no process is left', () => processesOf(directory).length === 0);
  expect(await readdir(directory)).toEqual([]);
}

test('the demonstration plays a pull request through, proves every claim, and leaves nothing', async () => {
  const { ended, text } = startDemo('--once');
  expect(await ended).toEqual([0, null]);
  expect(text()).toMatch(/✓ status paddock\/\S+\/unit of \w{7} +failure/);
  expect(text()).toMatch(/✓ artifact dist\/orbit\.tar/);
  expect(text()).not.toContain('✕ log');
  await expectNothingLeft();
}, 60_000);

test('without --once it stays up with its links, and ends in order when it is told to', async () => {
  const { child, ended, text } = startDemo();
  await until('its links are there', () => text().includes('Look around'), { timeoutMs: 40_000 });
  const url = /Look around +(\S+)/.exec(text())?.[1] ?? '';
  expect(await (await fetch(`${url}/api/v1/runs`)).text()).toContain('acme/rocket');
  expect(await (await fetch(url)).text()).toContain('Paddock</title>');
  child.kill('SIGINT');
  expect((await ended)[0]).toBe(0);
  await expectNothingLeft();
}, 60_000);
