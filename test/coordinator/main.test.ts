import { EventEmitter } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runCoordinator } from '#coordinator/main.ts';
import { until } from '../support/until.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'paddock-main-'));
  await writeFile(
    path.join(directory, 'paddock.yaml'),
    `data: data
listen: { people: '127.0.0.1:0', machines: '127.0.0.1:0', nats: '127.0.0.1:0' }
local-host: false
log-level: silent
`,
  );
});
afterEach(() => rm(directory, { recursive: true }));

function start() {
  const printed: string[] = [];
  const signals = new EventEmitter();
  const environment = { PATH: process.env.PATH, HOME: directory };
  const print = (line: string) => printed.push(line);
  return {
    printed,
    signals,
    code: runCoordinator({ configFile: null, environment, directory, print, signals }),
  };
}

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'])('%s ends it in order: nobody is to be found there', async name => {
  const { printed, signals, code } = start();
  await until('it is up', () => printed.some(line => line.startsWith('Paddock is at')));
  signals.emit(name);
  expect(await code).toBe(0);
  expect(printed.at(-1)).toBe('Stopping.');
  expect(await readdir(path.join(directory, 'data'))).not.toContain('coordinator.json');
});

test.each(['data', 'data/logs'])(
  'a file in the place of the directory %s is said in one sentence',
  async place => {
    await mkdir(path.dirname(path.join(directory, place)), { recursive: true });
    await writeFile(path.join(directory, place), '');
    const { printed, code } = start();
    expect(await code).toBe(2);
    expect(printed).toEqual([expect.stringContaining(`${place} is not a directory`)]);
  },
);
