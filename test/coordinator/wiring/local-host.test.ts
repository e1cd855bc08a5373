import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { inspectProcess } from '#coordinator/bus/process-identity.ts';
import { startLocalHost } from '#coordinator/wiring/local-host.ts';
import { killAll } from '#test/support/fleet/processes.ts';
import { until } from '#test/support/until.ts';

const sourceAt = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const agent = sourceAt('../../../agent/host/main.ts');

/** Nobody listens there: the agents wait for an answer to their enrolment. */
const nowhere = 'http://127.0.0.1:9';

test('a host agent whose coordinator was killed as soon as it had begun is ended by the next start', async () => {
  const home = await mkdtemp(join(tmpdir(), 'paddock-local-host-'));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  onTestFinished(() => killAll(home));
  const dir = join(home, 'host');
  const options = {
    dir,
    bundles: { host: agent, guest: agent, outpost: agent, proxy: agent },
    enrolUrl: nowhere,
  };
  const holder = async () => JSON.parse(await readFile(join(dir, 'lock'), 'utf8')).pid as number;

  const coordinator = spawn(process.execPath, [
    sourceAt('programs/die-beginning-a-host.ts'),
    JSON.stringify(options),
  ]);
  expect(await once(coordinator, 'exit')).toEqual([null, 'SIGKILL']);
  const orphan = await until('its agent runs', holder);

  const next = await startLocalHost({
    ...options,
    libvirt: null,
    mirrors: [],
    computers: null,
    command: null,
    makeJoinToken: async () => 'not-a-token',
    environment: process.env,
    report: { info: () => {}, warn: () => {} },
  });
  onTestFinished(next.close);
  await until('another agent runs', async () => (await holder()) !== orphan);
  expect(await inspectProcess(orphan)).toBeNull();
}, 60_000);
