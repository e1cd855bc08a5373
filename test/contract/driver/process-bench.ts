import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeTag } from '#agent/host/drivers/machine-directory.ts';
import { makeMachineDirectory, placesOf } from '#agent/host/drivers/process/machine-directory.ts';
import { openProcessDriver, type ProcessDriverParts } from '#agent/host/drivers/process/process-driver.ts';
import { killMarked } from '#agent/process-tree/kill-tree.ts';
import { processTableFor } from '#agent/process-tree/table-for-platform.ts';
import type { MachineId } from '#shared/ids.ts';
import { until } from '#test/support/until.ts';
import { machineIdsMade, newHostId, newMachineId } from './desired-machine.ts';
import type { DriverBench } from './driver-contract.ts';

export const table = processTableFor(process.platform);

export const guestProgram = (name: string): string =>
  fileURLToPath(new URL(`./programs/${name}.mjs`, import.meta.url));

/** Pids of everything that carries the machine's mark. */
export const processesOf = async (id: string): Promise<number[]> =>
  (await table.read(id)).filter(row => row.isMarked).map(row => row.pid);

export type ProcessBench = DriverBench & { machines: string; parts: ProcessDriverParts };

/** The process driver over a directory of its own, with a stand-in for the guest agent. */
export async function openProcessBench(program = 'guest'): Promise<ProcessBench> {
  const machines = await mkdtemp(join(tmpdir(), 'paddock-machines-'));
  const owner = newHostId();
  const surroundings = { path: process.env.PATH ?? '', lang: 'C.UTF-8' };
  const parts: ProcessDriverParts = {
    ...{ machines, owner, surroundings, table },
    compiled: `${machines}-compiled`,
    bundle: guestProgram(program),
    log: () => undefined,
    killGraceMs: 300,
  };
  const idsBefore = machineIdsMade.length;
  const bench: ProcessBench = {
    ...{ machines, owner, parts },
    driver: await openProcessDriver(parts),
    restart: async () => {
      await bench.driver.close();
      bench.driver = await openProcessDriver(parts);
      return bench.driver;
    },
    crash: async id => {
      const tag = JSON.parse(await readFile(placesOf(machines, id).tag, 'utf8'));
      process.kill(tag.guest.pid, 'SIGKILL');
      await until('the guest is killed', async () => !(await processesOf(id)).includes(tag.guest.pid));
    },
    plantForeign: () => plantForeign(machines),
    breakCreation: async () => {
      parts.bundle = join(machines, 'no-such-bundle.cjs');
      return 'no-such-bundle.cjs';
    },
    leftOvers: async () => {
      const pids = machineIdsMade
        .slice(idsBefore)
        .map(async id => (await processesOf(id)).map(pid => `${id} ${pid}`));
      return [...(await readdir(machines)), ...(await Promise.all(pids)).flat()].sort();
    },
    close: async () => {
      await bench.driver.close();
      for (const marker of machineIdsMade.slice(idsBefore)) await killMarked({ table, marker, graceMs: 0 });
      for (const directory of [machines, parts.compiled])
        await rm(directory, { recursive: true, force: true });
    },
  };
  return bench;
}

export async function plantForeign(
  machines: string,
): Promise<{ id: MachineId; runs: () => Promise<boolean> }> {
  const [id, owner] = [newMachineId(), newHostId()];
  const tag = { v: 1 as const, id, owner, expiresAt: 1, guest: null };
  await makeMachineDirectory(machines, tag, 'ticket');
  const guest = spawn(process.execPath, [guestProgram('guest')], {
    stdio: 'ignore',
    env: { PADDOCK_MACHINE: id },
  });
  const startedAt = table.startOf(guest.pid ?? 0);
  await once(guest, 'spawn');
  await writeTag(machines, { ...tag, guest: { pid: guest.pid ?? 0, startedAt } });
  return { id, runs: async () => (await processesOf(id)).length > 0 };
}
