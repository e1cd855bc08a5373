import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { connect } from '@nats-io/transport-node';
import { expect, test } from 'vitest';
import { createAuthenticator } from '#agent/credentials/authenticator.ts';
import { openConnection } from '#coordinator/bus/connection.ts';
import { coordinatorLogin } from '#coordinator/bus/mint.ts';
import { loadOperator } from '#coordinator/bus/operator.ts';
import { newId } from '#coordinator/store/new-id.ts';
import { until } from '#test/support/until.ts';
import { type Bench, type Peer, withBench } from './with-bus.ts';

const revoked = ({ key }: Peer) => [{ publicKey: key.publicKey, expiresAt: Date.now() + 60_000 }];

/** Whether a new login with the peer's credential is accepted. */
async function mayLogIn(url: string, { key, jwt }: Peer): Promise<boolean> {
  const authenticator = createAuthenticator(key, () => jwt);
  try {
    const nats = await connect({ servers: url, authenticator, reconnect: false });
    await nats.close();
    return true;
  } catch {
    return false;
  }
}

test.concurrent('the end of a credential ends the connection', async () => {
  await withBench(async ({ start, peer }) => {
    const bus = await start();
    const guest = await peer(bus, { lifetimeMs: 2_000, reconnect: false });
    expect(String(await guest.nats.closed())).toMatch(/expired/i);
    await until('the login is refused too', async () => !(await mayLogIn(bus.natsUrl, guest)));
  });
});

test.concurrent('a revoked peer is thrown out at once and stays out; its neighbour notices nothing', async () => {
  await withBench(async ({ start, peer }) => {
    const bus = await start();
    const [guest, neighbour] = [await peer(bus, { reconnect: false }), await peer(bus)];
    await bus.revoke(revoked(guest));
    expect(String(await guest.nats.closed())).toMatch(/revoked/i);
    expect(await mayLogIn(bus.natsUrl, guest)).toBe(false);
    expect(neighbour.nats.isClosed()).toBe(false);
    expect(neighbour.complaints).toEqual([]);
  });
});

test.concurrent('revocations asked for together and one after the other within a second all count', async () => {
  await withBench(async ({ start, peer }) => {
    const bus = await start();
    const guests = [await peer(bus), await peer(bus), await peer(bus), await peer(bus)];
    await Promise.all(guests.slice(0, 3).map(guest => bus.revoke(revoked(guest))));
    await Promise.all(guests.slice(3).map(guest => bus.revoke(revoked(guest))));
    expect(await Promise.all(guests.map(guest => mayLogIn(bus.natsUrl, guest)))).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });
});

test.concurrent('a revocation outlives coordinator and server', async () => {
  await withBench(async ({ start, peer }) => {
    const first = await start();
    const [guest, neighbour] = [await peer(first), await peer(first)];
    await first.revoke(revoked(guest));
    await first.close();
    const { natsUrl } = await start();
    expect(await mayLogIn(natsUrl, guest)).toBe(false);
    expect(await mayLogIn(natsUrl, neighbour)).toBe(true);
  });
});

test.concurrent('a revocation while the server is down is in force when it is up again', async () => {
  await withBench(async ({ start, peer, serverPid }) => {
    const bus = await start();
    const guest = await peer(bus);
    process.kill(await serverPid(), 'SIGKILL');
    await until('the connection is lost', () => !bus.isConnected());
    await bus.revoke(revoked(guest));
    expect(await mayLogIn(bus.natsUrl, guest)).toBe(false);
  });
});

const connectionOf = async (bench: Bench, servers: string, lifetimeMs: number, onReconnect: () => void) => {
  const operator = await loadOperator(join(bench.dir, 'nats', 'keys.json'), 0);
  const name = newId.coordinator();
  const authenticator = coordinatorLogin(operator, name, lifetimeMs);
  return openConnection({ servers, tls: null, name, authenticator, onReconnect, log: bench.log });
};

test.concurrent('the coordinator outlives the end of its own credential', async () => {
  await withBench(async bench => {
    const { natsUrl } = await bench.start();
    let returns = 0;
    const connection = await connectionOf(bench, natsUrl, 1_500, () => void returns++);
    await until('it has come back twice', () => returns >= 2 && connection.isConnected());
    await connection.close();
  });
});

test.concurrent('keys are made once and only their owner can read them', async () => {
  await withBench(async ({ start, dir }) => {
    const keys = join(dir, 'nats', 'keys.json');
    await (await start()).close();
    const text = await readFile(keys, 'utf8');
    await (await start()).close();
    expect(await readFile(keys, 'utf8')).toBe(text);
    expect(((await stat(keys)).mode & 0o777).toString(8)).toBe('600');
    expect(((await stat(join(dir, 'nats'))).mode & 0o777).toString(8)).toBe('700');
  });
});
