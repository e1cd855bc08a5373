import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { expect, test } from 'vitest';
import { createAuthenticator } from '#agent/credentials/authenticator.ts';
import { createUserKey } from '#agent/credentials/user-key.ts';
import { findServer } from '#coordinator/bus/find-server.ts';
import { newId } from '#coordinator/store/new-id.ts';
import { subjects } from '#shared/subjects.ts';
import { until } from '#test/support/until.ts';
import { type Bench, isRunning, withBench } from './with-bus.ts';

const program = new URL('./hold-bus.ts', import.meta.url).pathname;
const machine = newId.machine();

type Held = { child: ChildProcess; nats: NatsConnection; ask(): Promise<unknown>; drops: string[] };

/** A coordinator in a process of its own, and a guest that is connected to its server. */
async function withKilledCoordinator(test: (bench: Bench, guest: Held, pid: number) => Promise<void>) {
  await withBench(async bench => {
    const key = createUserKey();
    const child = spawn(process.execPath, [program, bench.dir, machine, key.publicKey], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(child, 'exit');
    try {
      const [line] = await once(createInterface({ input: child.stdout }), 'line');
      const { natsUrl, jwt } = JSON.parse(line);
      const guest = await connectGuest(
        natsUrl,
        createAuthenticator(key, () => jwt),
      );
      try {
        expect(await until('the guest is answered', guest.ask)).toEqual({ from: 'the first' });
        const pid = await bench.serverPid();
        child.kill('SIGKILL');
        await ended;
        await test(bench, { child, ...guest }, pid);
      } finally {
        await guest.nats.close();
      }
    } finally {
      child.kill('SIGKILL');
      await ended;
    }
  });
}

async function connectGuest(servers: string, authenticator: ReturnType<typeof createAuthenticator>) {
  const inboxPrefix = subjects.inboxPrefix(machine);
  const settings = { maxReconnectAttempts: -1, reconnectTimeWait: 50 };
  const nats = await connect({ servers, authenticator, inboxPrefix, ...settings });
  const drops: string[] = [];
  void (async () => {
    for await (const { type } of nats.status()) if (type === 'disconnect') drops.push(type);
  })();
  const ask = async () => (await nats.request(subjects.up(machine, 'renew'), '{}', { timeout: 500 })).json();
  return { nats, drops, ask };
}

test('a killed coordinator leaves the server running, and the next one goes on with it', async () => {
  await withKilledCoordinator(async ({ start, serverPid, log }, guest, pid) => {
    expect(await isRunning(pid)).toBe(true);
    const bus = await start();
    bus.answer(subjects.upAll('renew'), async () => ({ from: 'the second' }));
    expect(await until('the guest is answered', guest.ask)).toEqual({ from: 'the second' });
    expect(await serverPid()).toBe(pid);
    expect(guest.drops).toEqual([]);
    expect(log.lines[0]?.message).toBe('nats-server of an earlier start goes on');
    await bus.close();
    expect(await isRunning(pid)).toBe(false);
  });
});

test('an adopted server that dies is started again', async () => {
  await withKilledCoordinator(async ({ start, serverPid }, guest, pid) => {
    const bus = await start();
    bus.answer(subjects.upAll('renew'), async () => ({ from: 'the second' }));
    process.kill(pid, 'SIGKILL');
    await until('another process serves', async () => (await serverPid()) !== pid && bus.isConnected());
    expect(await until('the guest is answered', guest.ask)).toEqual({ from: 'the second' });
  });
});

test('a server with another configuration is ended and a new one takes its port', async () => {
  await withKilledCoordinator(async ({ start, serverPid, dir }, guest, pid) => {
    const { path } = await findServer(undefined, new AbortController().signal);
    await symlink(path, join(dir, 'nats-server'));
    const bus = await start({ serverPath: join(dir, 'nats-server') });
    bus.answer(subjects.upAll('renew'), async () => ({ from: 'the second' }));
    expect(await isRunning(pid)).toBe(false);
    expect(await serverPid()).not.toBe(pid);
    expect(await until('the guest is answered', guest.ask)).toEqual({ from: 'the second' });
  });
});

test('a server that died with its coordinator leaves no trace that disturbs', async () => {
  await withKilledCoordinator(async ({ start, serverPid }, guest, pid) => {
    process.kill(pid, 'SIGKILL');
    await until('it is gone', async () => !(await isRunning(pid)));
    const bus = await start();
    bus.answer(subjects.upAll('renew'), async () => ({ from: 'the second' }));
    expect(await serverPid()).not.toBe(pid);
    expect(await until('the guest is answered', guest.ask)).toEqual({ from: 'the second' });
  });
});

test('a process id in the pid file that belongs to somebody else is left alone', async () => {
  await withBench(async ({ start, dir }) => {
    await (await start()).close();
    const bystander = spawn('sleep', ['60'], { stdio: 'ignore' });
    await writeFile(join(dir, 'nats', 'server.pid'), String(bystander.pid));
    await start();
    expect(await isRunning(bystander.pid ?? 0)).toBe(true);
    bystander.kill('SIGKILL');
    await once(bystander, 'exit');
  });
});
