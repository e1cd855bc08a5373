/** The processes of a fleet one by one, and their sudden ends. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inspectProcess } from '#coordinator/bus/process-identity.ts';
import { type UntilOptions, until } from '../until.ts';
import { type Fleet, machinesOf } from './fleet.ts';

export type Part = 'coordinator' | 'host' | 'guest' | 'nats-server';

/** The pid that a part of the fleet runs under now; 'guest' and 'host' wait for one. */
export async function pidOf(fleet: Fleet, part: Part, waiting: UntilOptions = {}): Promise<number> {
  const { dataDir, coordinator } = fleet;
  switch (part) {
    case 'coordinator':
      return coordinator.pid;
    case 'host':
      return until('a host agent runs', () => hostPid(fleet), waiting);
    case 'nats-server':
      return Number(await readFile(join(dataDir, 'nats/server.pid'), 'utf8'));
    case 'guest':
      return until('a guest runs', () => guestPid(fleet), waiting);
  }
}

async function hostPid({ dataDir }: Fleet): Promise<number | null> {
  const { pid } = JSON.parse(await readFile(join(dataDir, 'hosts/local/lock'), 'utf8'));
  return (await inspectProcess(pid)) && pid;
}

async function guestPid(fleet: Fleet): Promise<number | undefined> {
  for (const machine of await machinesOf(fleet)) {
    const tag = join(fleet.dataDir, 'hosts/local/machines', machine, 'machine.json');
    const { guest } = JSON.parse(await readFile(tag, 'utf8'));
    if (guest) return guest.pid;
  }
  return undefined;
}

/**
 * Kills it without a warning, and waits until there is another: a coordinator is started again by whoever runs it,
 * everything else by Paddock. A guest that has gone already is left in peace.
 */
export async function killPart(fleet: Fleet, part: Part): Promise<void> {
  if (part === 'coordinator') {
    await fleet.coordinator.stop('SIGKILL');
    return fleet.coordinator.start();
  }
  if (part === 'guest' && (await machinesOf(fleet)).length === 0) return;
  const pid = await pidOf(fleet, part);
  process.kill(pid, 'SIGKILL');
  // Who is killed often is started again after a pause that grows.
  const isAnother = async () => (await pidOf(fleet, part)) !== pid;
  if (part !== 'guest') await until(`another ${part} runs`, isAnother, { timeoutMs: 30_000 });
}
