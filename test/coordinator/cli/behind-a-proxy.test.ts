import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { parseConfig } from '#coordinator/config/config.ts';
import { startCoordinator } from '#coordinator/coordinator.ts';
import { spawnPaddock } from './support/spawned.ts';

const configuration = (data: string) => `
data: ${data}
url: https://ci.example.org
listen: { people: '127.0.0.1:0', machines: '127.0.0.1:0', nats: '127.0.0.1:0' }
local-host: false
`;

test('a coordinator whose public address leads nowhere from here is asked here, and signs browsers in there', async () => {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'paddock-proxy-'));
  const config = await parseConfig({ file: null, text: configuration(directory), directory, env: {} });
  const coordinator = await startCoordinator(config, { logger: pino({ level: 'silent' }) });
  try {
    const environment = { PATH: process.env.PATH, HOME: directory, PADDOCK_DATA: directory };
    const { code, stdout } = await spawnPaddock(['open', '--print'], environment).ended;
    expect(code).toBe(0);
    expect(stdout.toString()).toMatch(/^https:\/\/ci\.example\.org\/sign-in#\S+\n$/);
  } finally {
    await coordinator.close();
    await rm(directory, { recursive: true });
  }
});
