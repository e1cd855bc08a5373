import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Driver } from '#agent/host/drivers/driver.ts';
import type { ComputerSettings } from '#agent/host/drivers/ssh/computers.ts';
import { openSshDriver, type SshDriverParts } from '#agent/host/drivers/ssh/ssh-driver.ts';
import { killMarked } from '#agent/process-tree/kill-tree.ts';
import { bundleAgents } from '#coordinator/build/bundle-agents.ts';
import { until } from '#test/support/until.ts';
import { desiredMachine, machineIdsMade, newHostId } from './desired-machine.ts';
import type { DriverBench } from './driver-contract.ts';
import { guestProgram, plantForeign, processesOf, table } from './process-bench.ts';
import type { SshServer } from './ssh-server.ts';

export type SshBench = DriverBench & {
  /** Of everything on either side. */
  home: string;
  parts: SshDriverParts;
  /** A computer of this bench, as the configuration would name it. */
  computerOf(name: string): ComputerSettings;
  /** Closes the driver and opens one with other parts. */
  reopen(changes: Partial<SshDriverParts>): Promise<Driver>;
};

const names = ['one', 'two', 'three'];

/**
 * The ssh driver over three computers, which are three directories behind one server, with a stand-in for the guest agent. With
 * `proxy` that runs here.
 */
export async function openSshBench(server: SshServer, { proxy = false } = {}): Promise<SshBench> {
  const home = await mkdtemp(join(tmpdir(), 'paddock-ssh-'));
  const owner = newHostId();
  const { port, user, key, hostKey } = server;
  const computerOf = (name: string): ComputerSettings => ({
    ...{ name, port, user, key, hostKey, host: '127.0.0.1', file: 'computers.yaml', images: ['here'] },
    ...{ node: process.execPath, proxy, shell: '/bin/sh' },
    directory: join(home, name),
  });
  const parts: SshDriverParts = {
    ...{ owner, bundle: guestProgram('guest'), outpostBundle: await outpostBundle(), killGraceMs: 300 },
    machines: join(home, 'leases'),
    ...{
      proxied: join(home, 'proxied'),
      proxyBundle: guestProgram('guest'),
      compiled: `${home}-compiled`,
      table,
    },
    believed: null,
    surroundings: { path: process.env.PATH ?? '', lang: 'C.UTF-8' },
    computers: names.map(computerOf),
    log: () => undefined,
  };
  const idsBefore = machineIdsMade.length;
  const bench: SshBench = {
    ...{ owner, home, parts, computerOf },
    driver: await openSshDriver(parts),
    restart: () => bench.reopen({}),
    reopen: async changes => {
      await bench.driver.close();
      Object.assign(parts, changes);
      bench.driver = await openSshDriver(parts);
      return bench.driver;
    },
    crash: async id => {
      for (const pid of await processesOf(id)) process.kill(pid, 'SIGKILL');
      await until('the machine is killed', async () => (await processesOf(id)).length === 0);
    },
    plantForeign: async () => {
      if (proxy) return plantForeign(join(home, 'proxied/one/machines'));
      await bench.driver.close();
      const other = { ...parts, owner: newHostId(), machines: join(home, 'leases-of-another') };
      const driver = await openSshDriver(other);
      const machine = desiredMachine({ driver: 'ssh' });
      await driver.create(machine, new AbortController().signal);
      await driver.close();
      await rm(other.machines, { recursive: true });
      return { id: machine.id, runs: async () => (await processesOf(machine.id)).length > 0 };
    },
    breakCreation: async () => {
      const bundle = join(home, 'no-such-bundle.cjs');
      await bench.reopen({ bundle, proxyBundle: bundle });
      return 'no-such-bundle.cjs';
    },
    leftOvers: async () => {
      const pids = machineIdsMade
        .slice(idsBefore)
        .map(async id => (await processesOf(id)).map(pid => `${id} ${pid}`));
      const there = proxy ? 'attempts' : 'machines';
      const places = [
        parts.machines,
        ...names.flatMap(name => [join(home, name, there), join(home, 'proxied', name, 'machines')]),
      ];
      const files = places.map(place => readdir(place).catch(() => []));
      const leases = names.filter(name => existsSync(join(home, name, 'lease')));
      return [...leases, ...(await Promise.all(files)).flat(), ...(await Promise.all(pids)).flat()].sort();
    },
    close: async () => {
      await bench.driver.close();
      for (const marker of machineIdsMade.slice(idsBefore)) await killMarked({ table, marker, graceMs: 0 });
      for (const directory of [home, parts.compiled])
        await rm(directory, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  return bench;
}

export async function outpostBundle(): Promise<string> {
  const outpost = (await bundleAgents()).find(({ name }) => name === 'outpost');
  if (!outpost) throw new Error('the outpost was not bundled');
  return outpost.path;
}
