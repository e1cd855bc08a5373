import { describe, expect, it } from 'vitest';
import { findEvidence, insertEvidence } from '#coordinator/store/boot-evidence.ts';
import { findScreen, insertScreen, screenBytes } from '#coordinator/store/boot-screens.ts';
import { StaleRowError } from '#coordinator/store/errors.ts';
import { appendEvent, listEventsOfImage, listEventsOfMachine } from '#coordinator/store/events.ts';
import {
  enrolHost,
  findHost,
  findHostByKey,
  findHostByName,
  findJoinToken,
  findRemovedHost,
  insertJoinToken,
  listHosts,
  markHostRemoved,
  saveHostReport,
  saveTraits,
  setDraining,
  useJoinToken,
} from '#coordinator/store/hosts.ts';
import {
  bindMachineKey,
  findMachine,
  insertMachine,
  listLiveMachines,
  listMachinesOfHost,
  type Machine,
  saveMachineState,
} from '#coordinator/store/machines.ts';
import { newId } from '#coordinator/store/new-id.ts';
import {
  deletePoolOverride,
  findPoolOverride,
  listPoolOverrides,
  savePoolOverride,
} from '#coordinator/store/pool-overrides.ts';
import type { HostReport } from '#shared/host-messages.ts';
import type { MachineState } from '#shared/machine.ts';
import { attempt } from '../sample-ids.ts';
import { type OpenBench, useStore } from './bench.ts';
import { at, manifest } from './sample-rows.ts';

const reuse = 'static' as const;

const states: MachineState[] = [
  { status: 'requested', since: at, reuse },
  { status: 'booting', since: at, reuse },
  { status: 'ready', since: at, reuse: 'single-use' },
  { status: 'busy', since: at, attempt: attempt(1), reuse },
  { status: 'retiring', since: at, reason: 'idle', reuse },
  { status: 'retiring', since: at, reason: 'did not report in', hasFailedToStart: true, reuse },
  { status: 'gone', at, reason: 'its host vanished', reuse },
  { status: 'gone', at, reason: 'did not report in', hasFailedToStart: true, reuse },
];

export function describeFleet(name: string, openBench: OpenBench): void {
  describe(`${name}: machines`, () => {
    const lab = useStore(openBench);
    const add = (hostId = newId.host()): Promise<Machine> =>
      lab.store.write(tx =>
        insertMachine(tx, { image: 'debian-12', manifest, hostId, expiresAt: at + 1_000 }, at),
      );
    const save = (machine: Machine, state: MachineState) =>
      lab.store.write(tx => saveMachineState(tx, machine, state));

    it('is requested at first, with its manifest as it was then', async () => {
      const machine = await add();
      expect(machine).toMatchObject({
        state: states[0],
        manifest,
        publicKey: null,
        version: 1,
        createdAt: at,
      });
      expect(await findMachine(lab.store.read, machine.id)).toEqual(machine);
      expect(await findMachine(lab.store.read, newId.machine())).toBe(null);
    });

    it.each(states)('a $status one is read as it was saved', async state => {
      const saved = await save(await add(), state);
      expect(saved).toMatchObject({ state, version: 2 });
      expect(await findMachine(lab.store.read, saved.id)).toEqual(saved);
    });

    it('is saved by one of two who loaded the same version', async () => {
      const machine = await add();
      const [booting, ready] = [states[1], states[2]] as [MachineState, MachineState];
      const results = await Promise.allSettled([save(machine, booting), save(machine, ready)]);
      expect(results[1]).toMatchObject({ reason: expect.any(StaleRowError) });
      expect((await findMachine(lab.store.read, machine.id))?.state).toEqual(booting);
    });

    it('lives until it is gone, on its host', async () => {
      const hostId = newId.host();
      const machines = [];
      for (const state of states) machines.push(await save(await add(hostId), state));
      const elsewhere = await add();
      const live = machines.filter(({ state }) => state.status !== 'gone');
      expect(await listLiveMachines(lab.store.read)).toEqual([...live, elsewhere]);
      expect(await listMachinesOfHost(lab.store.read, hostId)).toEqual(live);
      expect(await listMachinesOfHost(lab.store.read, newId.host())).toEqual([]);
    });

    it('is bound to the first key it shows', async () => {
      const { id } = await add();
      const bind = (key: string) => lab.store.write(tx => bindMachineKey(tx, id, key));
      expect(await Promise.all(['UA', 'UB', 'UA'].map(bind))).toEqual([true, false, true]);
      expect((await findMachine(lab.store.read, id))?.publicKey).toBe('UA');
      expect(await lab.store.write(tx => bindMachineKey(tx, newId.machine(), 'UA'))).toBe(false);
    });

    it('has one console, the first that came, whatever is written in it', async () => {
      const { read, write } = lab.store;
      const { id } = await add();
      expect(await findEvidence(read, id)).toBe(null);
      const evidence = { machineId: id, console: 'Kernel panic – ✈\n', receivedAt: at };
      expect(await write(tx => insertEvidence(tx, evidence))).toBe(true);
      expect(await write(tx => insertEvidence(tx, { ...evidence, console: 'another' }))).toBe(false);
      expect(await findEvidence(read, id)).toEqual(evidence);
      const stray = { ...evidence, machineId: newId.machine() };
      await expect(write(tx => insertEvidence(tx, stray))).rejects.toThrow();
    });

    it('makes room for consoles of newer ones', async () => {
      const { read, write } = lab.store;
      const machines = [await add(), await add(), await add()];
      for (const [n, { id }] of machines.entries())
        await write(tx => insertEvidence(tx, { machineId: id, console: '', receivedAt: at + n }, 2));
      const found = await Promise.all(machines.map(({ id }) => findEvidence(read, id)));
      expect(found.map(evidence => evidence?.receivedAt)).toEqual([undefined, at + 1, at + 2]);
    });

    it('has one picture of its display, the first that came, of the newest', async () => {
      const { read, write } = lab.store;
      const machines = [await add(), await add(), await add()];
      for (const [n, { id }] of machines.entries())
        for (const byte of [n, 99])
          await write(tx =>
            insertScreen(tx, { machineId: id, png: new Uint8Array([byte, 0]), receivedAt: at + n }, 2),
          );
      const found = await Promise.all(machines.map(({ id }) => findScreen(read, id)));
      expect(found).toEqual([null, new Uint8Array([1, 0]), new Uint8Array([2, 0])]);
      expect(await Promise.all(machines.map(({ id }) => screenBytes(read, id)))).toEqual([null, 2, 2]);
    });

    it('has a story of its own, in order', async () => {
      const { read, write } = lab.store;
      const [one, other] = [await add(), await add()];
      for (const { id: machine } of [one, other, one])
        await write(tx => appendEvent(tx, { at, type: 'machine.enrolled', machine, data: {} }));
      const event = { at, type: 'machine.enrolled', machine: one.id, data: {} };
      expect(await listEventsOfMachine(read, one.id, 9)).toEqual([event, event]);
      expect(await listEventsOfMachine(read, one.id, 1)).toHaveLength(1);
    });
  });

  describe(`${name}: hosts`, () => {
    const lab = useStore(openBench);
    const token = async (hash: string, hostName: string) => {
      await lab.store.write(tx => insertJoinToken(tx, { hash, hostName, expiresAt: at + 1_000 }));
      return { hash, hostName, expiresAt: at + 1_000, usedBy: null };
    };
    const enrol = async (hash: string, hostName: string, key: string) => {
      const joinToken = (await findJoinToken(lab.store.read, hash)) ?? (await token(hash, hostName));
      return lab.store.write(tx => enrolHost(tx, joinToken, key, at));
    };

    it('enrols under the name of its token, and has said nothing yet', async () => {
      const host = await enrol('hash', 'attic', 'UA');
      if (!host) throw new Error('not enrolled');
      expect(host).toMatchObject({
        name: 'attic',
        publicKey: 'UA',
        capacity: null,
        drivers: [],
        isDraining: false,
      });
      expect(await findHost(lab.store.read, host.id)).toEqual(host);
      expect(await findHostByKey(lab.store.read, 'UA')).toEqual(host);
      expect(await findJoinToken(lab.store.read, 'hash')).toMatchObject({
        usedBy: 'UA',
        expiresAt: at + 1_000,
      });
    });

    it('uses its token up: the same key may repeat it, another may not', async () => {
      const first = await enrol('hash', 'attic', 'UA');
      expect(await enrol('hash', 'attic', 'UA')).toEqual(first);
      expect(await enrol('hash', 'attic', 'UB')).toBe(null);
      expect(await findHostByKey(lab.store.read, 'UB')).toBe(null);
      expect(await findHostByKey(lab.store.read, 'UA')).toEqual(first);
    });

    it('uses a token up without enrolling when its key is known already', async () => {
      const { hash } = await token('hash', 'attic');
      const use = (key: string) => lab.store.write(tx => useJoinToken(tx, hash, key));
      expect(await Promise.all(['UA', 'UB', 'UA'].map(use))).toEqual([true, false, true]);
      expect(await lab.store.write(tx => useJoinToken(tx, 'nobody’s', 'UA'))).toBe(false);
      expect(await listHosts(lab.store.read)).toEqual([]);
    });

    it('stays the same host when its computer was installed anew', async () => {
      const first = await enrol('hash', 'attic', 'UA');
      expect(await enrol('hash-2', 'attic', 'UB')).toEqual({ ...first, publicKey: 'UB' });
      expect(await findHostByKey(lab.store.read, 'UA')).toBe(null);
    });

    it('is read as it reported, and drains when told to', async () => {
      const { store } = lab;
      const host = await enrol('hash', 'attic', 'UA');
      await enrol('hash-2', 'Barn', 'UB');
      if (!host) throw new Error('not enrolled');
      const report: HostReport = {
        v: 1,
        host: host.id,
        capacity: { cpus: 8, memoryMiB: 16_384, diskMiB: 5_000_000, os: 'linux', arch: 'x64' },
        drivers: [
          { name: 'process', isolation: 'none' },
          { name: 'libvirt', isolation: 'vm', architectures: [{ arch: 'aarch64', isEmulated: true }] },
        ],
        acted: { epoch: 1, generation: 2 },
        machines: [],
      };
      await store.write(tx => saveHostReport(tx, host.id, report, at + 9));
      await store.write(tx => setDraining(tx, host.id, true));
      const { capacity, drivers } = report;
      const expected = { ...host, capacity, drivers, isDraining: true, lastSeenAt: at + 9 };
      expect(await findHost(store.read, host.id)).toEqual(expected);
      expect((await listHosts(store.read)).map(({ name }) => name)).toEqual(['Barn', 'attic']);
      await store.write(tx => setDraining(tx, host.id, false));
      expect((await findHost(store.read, host.id))?.isDraining).toBe(false);
      expect(await findHost(store.read, newId.host())).toBe(null);
    });

    it('has the traits that an admin gave it, also when it joins again', async () => {
      const { read, write } = lab.store;
      const host = await enrol('hash', 'attic', 'UA');
      expect(host?.traits).toEqual({ labels: {}, resources: {} });
      const traits = { labels: { site: 'berlin' }, resources: { gpu: 2 } };
      if (host) await write(tx => saveTraits(tx, host.id, traits));
      expect((await enrol('hash-2', 'attic', 'UB'))?.traits).toEqual(traits);
      expect(await listHosts(read)).toMatchObject([{ traits }]);
      const change = { labels: { site: null }, resources: { gpu: 1 } };
      const invited = { hash: 'hash-3', hostName: 'attic', expiresAt: at, traits: change };
      await write(tx => insertJoinToken(tx, invited));
      expect(await findJoinToken(read, 'hash-3')).toEqual({ ...invited, usedBy: null });
      expect(await findJoinToken(read, 'hash')).toMatchObject({ traits: null });
    });

    it('that was removed is found by its old key and id only, and its tokens are void', async () => {
      const { read, write } = lab.store;
      const host = await enrol('hash', 'attic', 'UA');
      if (!host) throw new Error('not enrolled');
      await token('unused', 'attic');
      await token('other', 'barn');
      await write(tx => setDraining(tx, host.id, true));
      await write(tx => markHostRemoved(tx, host, at));
      expect(await listHosts(read)).toEqual([]);
      expect(await findHost(read, host.id)).toBe(null);
      expect(await findHostByName(read, 'attic')).toBe(null);
      expect(await findHostByKey(read, 'UA')).toBe(null);
      const removed = { id: host.id, name: 'attic', publicKey: 'UA' };
      expect(await findRemovedHost(read, { publicKey: 'UA' })).toEqual(removed);
      expect(await findRemovedHost(read, { id: host.id })).toEqual(removed);
      expect(await findRemovedHost(read, { publicKey: 'UB' })).toBe(null);
      const tokens = await Promise.all(['hash', 'unused', 'other'].map(hash => findJoinToken(read, hash)));
      expect(tokens.map(found => found?.hostName)).toEqual([undefined, undefined, 'barn']);
    });

    it('that was removed is let in again by a new token, as the host it was', async () => {
      const host = await enrol('hash', 'attic', 'UA');
      if (!host) throw new Error('not enrolled');
      await lab.store.write(tx => markHostRemoved(tx, host, at));
      expect(await enrol('hash-2', 'attic', 'UA')).toEqual(host);
      expect(await findHostByName(lab.store.read, 'attic')).toEqual(host);
      expect(await findRemovedHost(lab.store.read, { publicKey: 'UA' })).toBe(null);
    });

    it('has no token that nobody made', async () => {
      expect(await findJoinToken(lab.store.read, 'hash')).toBe(null);
      await token('hash', 'attic');
      await expect(token('hash', 'attic')).rejects.toThrow();
    });
  });

  describe(`${name}: pools`, () => {
    const lab = useStore(openBench);
    const override = {
      image: 'debian-12',
      warm: 1,
      max: null,
      idleMs: 60_000,
      isPaused: true,
      changedAt: at,
    };

    it('keep what an admin made of them until it is taken back', async () => {
      const { read, write } = lab.store;
      expect(await findPoolOverride(read, 'debian-12')).toBe(null);
      await write(tx => savePoolOverride(tx, override));
      expect(await findPoolOverride(read, 'debian-12')).toEqual(override);
      const later = { ...override, warm: null, max: 7, isPaused: false, changedAt: at + 1 };
      await write(tx => savePoolOverride(tx, later));
      await write(tx => savePoolOverride(tx, { ...override, image: 'alpine-3' }));
      expect(await listPoolOverrides(read)).toEqual([{ ...override, image: 'alpine-3' }, later]);
      await write(tx => deletePoolOverride(tx, 'debian-12'));
      expect((await listPoolOverrides(read)).map(({ image }) => image)).toEqual(['alpine-3']);
    });

    it('have a story of their own, newest first', async () => {
      const { read, write } = lab.store;
      for (const [n, type] of ['pool.scaled', 'pool.paused', 'pool.reset'].entries())
        await write(tx => appendEvent(tx, { at: at + n, type, image: 'debian-12', data: { n } }));
      await write(tx => appendEvent(tx, { at, type: 'pool.scaled', image: 'alpine-3' }));
      await write(tx => appendEvent(tx, { at, type: 'host.invited' }));
      expect(await listEventsOfImage(read, 'debian-12', 2)).toEqual([
        { at: at + 2, type: 'pool.reset', image: 'debian-12', data: { n: 2 } },
        { at: at + 1, type: 'pool.paused', image: 'debian-12', data: { n: 1 } },
      ]);
    });
  });
}
