import { readdir, readFile, symlink, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startBus } from '#coordinator/bus/bus.ts';
import { findServer } from '#coordinator/bus/find-server.ts';
import { filesIn } from '#coordinator/bus/server-config.ts';
import { removeOldLogs } from '#coordinator/bus/server-log.ts';
import { newId } from '#coordinator/store/new-id.ts';
import { subjects } from '#shared/subjects.ts';
import { clockAhead } from '#test/support/clock-ahead.ts';
import { until } from '#test/support/until.ts';
import { isRunning, recordingLog, withBench } from './with-bus.ts';

const portOf = (url: string) => Number(new URL(url).port);

/** Another program that listens on the port. */
async function occupy(port: number): Promise<() => Promise<void>> {
  const server = createServer(socket => socket.destroy());
  await new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve));
  return () => new Promise(resolve => server.close(() => resolve()));
}

test('a server that is killed comes back on its port, and everybody returns', async () => {
  await withBench(async ({ start, peer, serverPid }) => {
    const bus = await start();
    bus.answer(subjects.upAll('renew'), async () => ({ ok: true }));
    let returns = 0;
    bus.onReconnect(() => void returns++);
    const guest = await peer(bus);
    const first = await serverPid();
    process.kill(first, 'SIGKILL');
    await until('the coordinator has come back', () => returns === 1 && bus.isConnected());
    const ask = () => guest.nats.request(subjects.up(guest.id, 'renew'), '{}', { timeout: 500 });
    expect((await until('the guest is answered', ask)).json()).toEqual({ ok: true });
    expect(await serverPid()).not.toBe(first);
    expect(guest.nats.getServer()).toContain(String(portOf(bus.natsUrl)));
  });
});

test('a clock that was set back by an hour keeps the coordinator from nothing when its server comes back', async () => {
  await withBench(async ({ start, serverPid }) => {
    const clock = clockAhead();
    const bus = await start().finally(clock.setBack);
    let returns = 0;
    bus.onReconnect(() => void returns++);
    process.kill(await serverPid(), 'SIGKILL');
    await until('the coordinator has come back', () => returns === 1 && bus.isConnected());
  });
});

test('after a clean stop nothing runs, and the next start has the same port', async () => {
  await withBench(async ({ start, serverPid }) => {
    const first = await start();
    const pid = await serverPid();
    await first.close();
    expect(await isRunning(pid)).toBe(false);
    expect((await start()).natsUrl).toBe(first.natsUrl);
  });
});

test('a remembered port that somebody else has taken is given up, and that is said', async () => {
  await withBench(async ({ start, log }) => {
    const first = await start();
    await first.close();
    const release = await occupy(portOf(first.natsUrl));
    const second = await start();
    expect(second.natsUrl).not.toBe(first.natsUrl);
    const said = log.lines.find(({ message }) => message.includes('was taken by another program'));
    expect(said?.fields).toMatchObject({ port: portOf(first.natsUrl), chosen: portOf(second.natsUrl) });
    await release();
  });
});

test('a port that was asked for and is taken is an error that names it', async () => {
  await withBench(async ({ start }) => {
    const first = await start();
    await first.close();
    const port = portOf(first.natsUrl);
    const release = await occupy(port);
    await expect(start({ port })).rejects.toMatchObject({ code: 'port-taken' });
    await release();
    expect((await start({ port })).natsUrl).toBe(first.natsUrl);
  });
});

test('a second coordinator on the same directory is refused, and the first goes on', async () => {
  await withBench(async ({ start, peer }) => {
    const bus = await start();
    await expect(start()).rejects.toMatchObject({
      code: 'in-use',
      message: expect.stringMatching(/process \d+/),
    });
    bus.answer(subjects.upAll('renew'), async () => ({ ok: true }));
    const guest = await peer(bus);
    expect((await guest.nats.request(subjects.up(guest.id, 'renew'))).json()).toEqual({ ok: true });
  });
});

test('of many starts at once on a new directory exactly one succeeds', async () => {
  await withBench(async ({ start }) => {
    const starts = await Promise.allSettled([start(), start(), start(), start()]);
    expect(starts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const result of starts) if (result.status === 'rejected') expect(result.reason.code).toBe('in-use');
  });
});

test('a lock left behind by a process that is gone is no obstacle', async () => {
  await withBench(async ({ start, dir }) => {
    await (await start()).close();
    await writeFile(join(dir, 'nats', 'lock'), JSON.stringify({ pid: process.pid, startedAt: 'earlier' }));
    expect((await start()).isConnected()).toBe(true);
  });
});

test('a start that is aborted leaves nothing running', async () => {
  await withBench(async ({ dir, start }) => {
    const controller = new AbortController();
    const log = recordingLog();
    const starting = startBus({ dir, coordinator: newId.coordinator(), log, signal: controller.signal });
    const pidFile = join(dir, 'nats', 'server.pid');
    const pid = await until('a server process exists', async () => Number(await readFile(pidFile, 'utf8')), {
      everyMs: 1,
    });
    controller.abort(new Error('changed my mind'));
    await starting.then(bus => bus.close()).catch(error => expect(error.message).toBe('changed my mind'));
    expect(await isRunning(pid)).toBe(false);
    expect((await start()).isConnected()).toBe(true);
  });
});

test('a data directory that cannot be written is named, with what to do', async () => {
  await withBench(async ({ dir, start }) => {
    const file = join(dir, 'file');
    await writeFile(file, '');
    const starting = start({ dir: join(file, 'data') });
    await expect(starting).rejects.toMatchObject({ code: 'not-writable' });
    await expect(starting).rejects.toThrow(/cannot be written .*check owner, permissions and space/);
  });
});

test('damaged keys are not replaced by new ones in silence', async () => {
  await withBench(async ({ dir, start }) => {
    await (await start()).close();
    await truncate(join(dir, 'nats', 'keys.json'), 40);
    await expect(start()).rejects.toMatchObject({ code: 'keys-unreadable' });
  });
});

test('a public address without a name for agents, or with an unpatched release, is refused', async () => {
  await withBench(async ({ start }) => {
    await expect(start({ host: '0.0.0.0' })).rejects.toMatchObject({
      code: expect.stringMatching(/^(?:nats-server-not-public|public-host-missing)$/),
    });
  });
});

test('a server that cannot start says why in its own words', async () => {
  await withBench(async ({ dir, start }) => {
    const liar = join(dir, 'nats-server');
    const script =
      '#!/bin/sh\n[ "$1" = --version ] && echo nats-server: v2.9.10 || { echo "nats-server: no mood"; exit 3; }\n';
    await writeFile(liar, script, { mode: 0o755 });
    await expect(start({ serverPath: liar })).rejects.toThrow(/does not start: nats-server: no mood/);
  });
});

test('of the rotated logs only the newest is kept', async () => {
  await withBench(async ({ start, dir }) => {
    await (await start()).close();
    const files = filesIn(join(dir, 'nats'));
    for (const day of ['01', '02', '03']) await writeFile(`${files.log}.2026.11.${day}.10.00.00.1`, day);
    await removeOldLogs(files);
    expect((await readdir(files.logs)).sort()).toEqual([
      'server.log',
      'server.log.2026.11.03.10.00.00.1',
      'start.log',
    ]);
  });
});

test('another nats-server program is not adopted silently: the digest of the configuration covers it', async () => {
  await withBench(async ({ start, dir, serverPid }) => {
    const { path } = await findServer(undefined, new AbortController().signal);
    const other = join(dir, 'other-nats-server');
    await symlink(path, other);
    const first = await start();
    const configs = async () => (await readdir(join(dir, 'nats'))).filter(name => name.endsWith('.conf'));
    const [before] = await configs();
    await first.close();
    const second = await start({ serverPath: other });
    expect(second.natsUrl).toBe(first.natsUrl);
    expect(await configs()).toEqual([expect.not.stringMatching(before ?? '')]);
    expect(await isRunning(await serverPid())).toBe(true);
  });
});
