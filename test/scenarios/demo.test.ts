import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
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
}, 120_000);

test('without --once it stays up for its visitor, tells what they press, and ends in order when it is told to', async () => {
  const { child, ended, text } = startDemo();
  await until('its guide is there', () => text().includes('Ctrl-C ends it'), { timeoutMs: 60_000 });
  const tooWide = text()
    .split('\n')
    .filter(line => line.length > 100 && !line.includes('http://'));
  expect(tooWide).toEqual([]);
  expect(text()).not.toContain('\u001b');

  const [pull = ''] = /http:\S+\/pull\/2/.exec(text()) ?? [];
  expect(await (await fetch(pull)).text()).toContain('A stand-in for GitHub');
  expect(await (await fetch(`${pull}/fix`, { method: 'POST' })).json()).toEqual({
    path: '/acme/rocket/pull/2',
  });
  await until('the fix is told', () => /You pushed the fix[\s\S]+✓ \S+unit +passed/.test(text()));

  const exported = [...text().matchAll(/^export (\w+)=(\S+)$/gm)].map(([, name, value]) => [name, value]);
  const runs = promisify(execFile)(process.execPath, [command, 'runs'], {
    env: { PATH: process.env.PATH, ...Object.fromEntries(exported) },
  });
  expect((await runs).stdout).toContain('acme/rocket');
  expect(await (await fetch(Object.fromEntries(exported).PADDOCK_URL)).text()).toContain('Paddock</title>');
  const watched = await fetch(`${pull}/events`); // a page that is still open keeps nothing from ending
  child.kill('SIGINT');
  expect((await ended)[0]).toBe(0);
  await watched.body?.cancel().catch(() => {}); // its stream has ended with the demonstration
  await expectNothingLeft();
}, 120_000);
