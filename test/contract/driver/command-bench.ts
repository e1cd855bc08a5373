import { execFile } from 'node:child_process';
import { chmod, cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sha256Of } from '#agent/host/drivers/checked-start.ts';
import { type CommandDriverParts, openCommandDriver } from '#agent/host/drivers/command/command-driver.ts';
import { creationOf } from '#agent/host/drivers/command/protocol.ts';
import { killMarked } from '#agent/process-tree/kill-tree.ts';
import { until } from '#test/support/until.ts';
import { desiredMachine, machineIdsMade, newHostId } from './desired-machine.ts';
import type { DriverBench } from './driver-contract.ts';
import { guestProgram, processesOf, table } from './process-bench.ts';

const example = fileURLToPath(new URL('../../../docs/command-example/', import.meta.url));

export type CommandBench = DriverBench & { directory: string; parts: CommandDriverParts };

/** The command driver over a copy of the example of the guide, with a stand-in for the guest agent. */
export async function openCommandBench(): Promise<CommandBench> {
  const home = await mkdtemp(join(tmpdir(), 'paddock-commands-'));
  const directory = join(home, 'commands');
  await cp(example, directory, { recursive: true });
  const owner = newHostId();
  const parts: CommandDriverParts = {
    ...{ directory, owner, isolation: 'none', bundle: guestProgram('guest'), log: () => undefined },
    machines: join(home, 'machines'),
    believed: null,
    surroundings: { path: process.env.PATH ?? '', home, lang: 'C.UTF-8' },
  };
  const idsBefore = machineIdsMade.length;
  const bench: CommandBench = {
    ...{ directory, owner, parts },
    driver: await openCommandDriver(parts),
    restart: async () => {
      await bench.driver.close();
      bench.driver = await openCommandDriver(parts);
      return bench.driver;
    },
    crash: async id => {
      for (const pid of await processesOf(id)) process.kill(pid, 'SIGKILL');
      await until('the machine is killed', async () => (await processesOf(id)).length === 0);
    },
    plantForeign: async () => {
      const machine = desiredMachine({ driver: 'command' });
      const request = creationOf(machine, newHostId(), {
        bundle: parts.bundle,
        sha256: sha256Of(Buffer.of()),
        ca: null,
      });
      await runByHand(directory, 'create', request);
      return { id: machine.id, runs: async () => (await processesOf(machine.id)).length > 0 };
    },
    breakCreation: async () => {
      await chmod(join(directory, 'create'), 0o644);
      return 'cannot be run';
    },
    leftOvers: async () => {
      const pids = machineIdsMade
        .slice(idsBefore)
        .map(async id => (await processesOf(id)).map(pid => `${id} ${pid}`));
      const places = [parts.machines, join(directory, 'machines')];
      const files = places.map(place => readdir(place).catch(() => []));
      return [...(await Promise.all(files)).flat(), ...(await Promise.all(pids)).flat()].sort();
    },
    close: async () => {
      await bench.driver.close();
      for (const marker of machineIdsMade.slice(idsBefore)) await killMarked({ table, marker, graceMs: 0 });
      await rm(home, { recursive: true, force: true });
    },
  };
  return bench;
}

/** As somebody at a shell would: a command of the directory, with its request on standard input. */
const runByHand = (directory: string, name: string, request: object): Promise<void> =>
  new Promise((resolve, reject) => {
    const child = execFile(join(directory, name), { cwd: directory }, error =>
      error ? reject(error) : resolve(),
    );
    child.stdin?.end(JSON.stringify(request));
  });
