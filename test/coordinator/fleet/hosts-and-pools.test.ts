import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type EnrolParts, enrol } from '#coordinator/fleet/enrol.ts';
import { drainHost, inviteHost, removeHost } from '#coordinator/fleet/hosts.ts';
import { poolInForce, resetPool, scalePool, setPoolPaused } from '#coordinator/fleet/pools.ts';
import { listEventsOfImage } from '#coordinator/store/events.ts';
import { findHost, type Host, listHosts } from '#coordinator/store/hosts.ts';
import { bindMachineKey, listLiveMachines } from '#coordinator/store/machines.ts';
import { findPoolOverride } from '#coordinator/store/pool-overrides.ts';
import type { Tx } from '#coordinator/store/store.ts';
import { limits } from '#shared/limits.ts';
import { PROTOCOL_VERSION } from '#shared/messages.ts';
import { imageOf, type Lab, openLab, poolOf, us } from '../support/brain-lab.ts';
import { addHost, addJob, addMachine, jobNow, keepAlive, leaseJob, machineNow } from '../support/rows.ts';

let lab: Lab;
beforeEach(async () => {
  lab = await openLab({ pools: [poolOf(imageOf('linux'), { max: 2, warm: 1 })] });
  lab.pass(limits.leaseMs + 1);
});
afterEach(() => lab.close());
const write = <Result>(act: (tx: Tx) => Promise<Result>) => lab.store.write(act);

describe('a host that is drained', () => {
  test('gets nothing new and gives back what idles; resumed it has machines again', async () => {
    const host = await addHost(lab);
    const idle = await addMachine(lab, host);
    await write(tx => drainHost(tx, host, true, lab.clock.now));
    await lab.fleet.tick();
    expect((await machineNow(lab, idle.id)).state.status).toBe('retiring');
    expect(await listLiveMachines(lab.store.read)).toHaveLength(1);
    const drained = (await findHost(lab.store.read, host.id)) as Host;
    await write(tx => drainHost(tx, drained, false, lab.clock.now));
    await lab.fleet.tick();
    expect(await listLiveMachines(lab.store.read)).toHaveLength(2);
  });

  test('is not drained twice', async () => {
    const host = await addHost(lab);
    const drain = () =>
      write(async tx => drainHost(tx, (await findHost(tx, host.id)) as Host, true, lab.clock.now));
    expect(await drain()).not.toEqual([]);
    expect(await drain()).toEqual([]);
  });
});

describe('a host that is removed', () => {
  const remove = (host: Host, isForced: boolean) =>
    write(tx => removeHost(tx, host, isForced, lab.clock.now));

  test('is not while it has machines, unless by force', async () => {
    const host = await addHost(lab);
    await addMachine(lab, host);
    expect(await remove(host, false)).toEqual({
      refusal: expect.stringContaining('shed has 1 machine; drain it'),
    });
    expect(await listHosts(lab.store.read)).toHaveLength(1);
    expect(await remove(host, true)).toMatchObject({ revoked: [{ publicKey: 'key of shed' }] });
    expect(await listHosts(lab.store.read)).toEqual([]);
    expect(await listLiveMachines(lab.store.read)).toEqual([]);
  });

  test('takes the credentials of its machines with it, and their jobs go elsewhere', async () => {
    const { host, machine, job } = await leaseJob(lab);
    await write(tx => bindMachineKey(tx, machine.id, 'key of a guest'));
    expect(await remove(host, true)).toMatchObject({
      revoked: [
        { publicKey: `key of ${host.name}` },
        { publicKey: 'key of a guest', expiresAt: machine.expiresAt },
      ],
      wakes: expect.arrayContaining([{ type: 'leases' }]),
    });
    await lab.reap();
    expect((await jobNow(lab, job.id)).state).toMatchObject({ status: 'queued', retries: 1 });
    expect(lab.sealed).toMatchObject([
      { reason: expect.stringContaining(`its host ${host.name} was removed`) },
    ]);
    const other = await addMachine(lab, await addHost(lab, 'barn'));
    await lab.schedule();
    expect((await machineNow(lab, other.id)).state.status).toBe('busy');
  });

  test('is told to have nothing, and its credential is ended once more, when it still has the word', async () => {
    const host = await addHost(lab);
    await remove(host, true);
    const report = {
      v: PROTOCOL_VERSION,
      host: host.id,
      capacity: { cpus: 1, memoryMiB: 1, diskMiB: 1, os: 'linux', arch: 'x86_64' },
      drivers: [],
      acted: { epoch: 0, generation: 0 },
      machines: [],
    };
    expect(await lab.fleet.onReport(host.id, report)).toMatchObject({ machines: [] });
    expect(lab.wakes).toContainEqual({
      type: 'revoke',
      peers: [expect.objectContaining({ publicKey: 'key of shed' })],
    });
    expect(await listHosts(lab.store.read)).toEqual([]);
  });

  test('is refused with what to do when it comes back, and let in by a new token', async () => {
    const parts: EnrolParts = {
      store: lab.store,
      coordinator: us,
      natsUrl: 'nats://127.0.0.1:4222',
      machineOfTicket: () => null,
      hashJoinToken: token => `hash of ${token}`,
      revoke: async () => {},
      mint: ({ id }) => `jwt of ${id}`,
      now: lab.now,
    };
    const invite = (token: string, hostName: string) =>
      write(tx =>
        inviteHost(
          tx,
          { hash: `hash of ${token}`, hostName, expiresAt: lab.clock.now + 1_000, traits: null },
          lab.clock.now,
        ),
      );
    const show = (token: string) => enrol(parts, { v: PROTOCOL_VERSION, token, publicKey: 'UOURS' });
    await invite('first', 'attic');
    await invite('unused', 'attic');
    const { id } = await show('first');
    await remove((await listHosts(lab.store.read))[0] as Host, false);
    const refused = {
      code: 'host-removed',
      message:
        'the host attic was removed; paddock host add attic at the coordinator makes a new token, which lets it in again',
    };
    for (const token of ['first', 'unused', 'guessed'])
      await expect(show(token)).rejects.toMatchObject(refused);
    await invite('second', 'attic');
    expect(await show('second')).toMatchObject({ id });
    expect(await listHosts(lab.store.read)).toMatchObject([{ id, name: 'attic', publicKey: 'UOURS' }]);
    expect(await show('second')).toMatchObject({ id });
  });
});

describe('a pool', () => {
  const pool = () => lab.pools[0] ?? poolOf(imageOf('linux'));
  const inForce = async () => (await poolInForce(lab.store.read, lab.pools, 'linux')) ?? pool();
  const events = async () => (await listEventsOfImage(lab.store.read, 'linux', 9)).map(({ type }) => type);

  test('is scaled over what is configured, piece by piece, until it is reset', async () => {
    await write(tx => scalePool(tx, pool(), { max: 5 }, lab.clock.now));
    await write(tx => scalePool(tx, pool(), { warm: 3, idleMs: 60_000 }, lab.clock.now));
    expect(await inForce()).toMatchObject({ pool: { max: 5, warm: 3, idle: 60_000 }, isPaused: false });
    await addHost(lab);
    await lab.fleet.tick();
    expect(await listLiveMachines(lab.store.read)).toHaveLength(3);
    await write(tx => resetPool(tx, pool(), lab.clock.now));
    expect(await inForce()).toEqual(pool());
    expect(await events()).toEqual([
      'pool.reset',
      ...Array<string>(3).fill('machine.requested'),
      'pool.scaled',
      'pool.scaled',
    ]);
  });

  test('is not told to keep more ready than it may have', async () => {
    expect(await write(tx => scalePool(tx, pool(), { warm: 3 }, lab.clock.now))).toContain(
      '3 kept ready is more than 2',
    );
    expect(await findPoolOverride(lab.store.read, 'linux')).toBe(null);
  });

  test('of an image that keeps no machine ready makes machines for queued jobs only, whatever is configured', async () => {
    const cloud = { ...imageOf('cloud'), boot: { warm: 'none' as const } };
    const configured = poolOf(cloud, { max: 4, warm: 3 });
    lab.pools.splice(0, 1, configured);
    await addHost(lab);
    await lab.fleet.tick();
    expect(await listLiveMachines(lab.store.read)).toEqual([]);
    await addJob(lab, { image: 'cloud' });
    await lab.fleet.tick();
    expect(await listLiveMachines(lab.store.read)).toHaveLength(1);
    expect(await lab.fleet.outlook()).toMatchObject([{ pool: { warm: 0, max: 4 }, missing: 0 }]);
    const scale = (change: object) => write(tx => scalePool(tx, configured, change, lab.clock.now));
    expect(await scale({ warm: 1 })).toMatch(
      /^cloud says `warm: none`: its machines are made for queued jobs only/,
    );
    expect(await scale({ warm: 0, max: 9 })).toBe(null);
  });

  test('that is paused gives back what idles, and makes nothing until it is resumed', async () => {
    const host = await addHost(lab);
    const idle = await addMachine(lab, host);
    await write(tx => setPoolPaused(tx, pool(), true, lab.clock.now));
    await addJob(lab);
    await lab.fleet.tick();
    expect((await machineNow(lab, idle.id)).state).toMatchObject({
      status: 'retiring',
      reason: 'its pool is paused',
    });
    expect(await lab.fleet.outlook()).toMatchObject([
      { isPaused: true, missing: 2, limit: { kind: 'paused' } },
    ]);
    await write(tx => setPoolPaused(tx, pool(), true, lab.clock.now));
    await write(tx => setPoolPaused(tx, pool(), false, lab.clock.now));
    expect(await findPoolOverride(lab.store.read, 'linux')).toBe(null);
    await keepAlive(lab, host);
    await lab.fleet.tick();
    expect(await events()).toEqual([
      'pool.fell-short',
      'machine.requested',
      'pool.resumed',
      'pool.fell-short',
      'machine.retire-requested',
      'pool.paused',
    ]);
  });

  test('that keeps lacking the same says so once', async () => {
    await addJob(lab);
    await lab.fleet.tick();
    await lab.fleet.tick();
    expect(await listEventsOfImage(lab.store.read, 'linux', 9)).toMatchObject([
      {
        type: 'pool.fell-short',
        data: { missing: 2, limit: 'no-host', reason: expect.stringContaining('host add') },
      },
    ]);
  });
});
