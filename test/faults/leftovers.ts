/** What a life must not leave behind: processes, directories, connections, subscriptions, rows. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { busConnections } from '#test/support/fleet/bus-state.ts';
import type { Fleet } from '#test/support/fleet/fleet.ts';
import { pidOf } from '#test/support/fleet/parts.ts';
import { processesOf } from '#test/support/fleet/processes.ts';
import { parentOf } from '#test/support/process-facts.ts';
import { restlessRows } from './database.ts';

/**
 * The coordinator answers on `up.*.renew`, `up.*.finished`, `up.*.report`, `up.*.evidence` and `log.<id>.*`; a host hears its
 * pushes and answers.
 */
const subscriptionsOf = { coordinator: 5, host: 2 };

/** Empty when everything is as after a start. */
export async function leftovers(fleet: Fleet): Promise<string[]> {
  return [
    ...(await strayProcesses(fleet)),
    ...strayFiles(fleet),
    ...(await strayConnections(fleet)),
    ...restlessRows(fleet.dataDir),
  ];
}

async function strayProcesses(fleet: Fleet): Promise<string[]> {
  const [coordinator, host] = [await pidOf(fleet, 'coordinator'), await pidOf(fleet, 'host')];
  const isOrphan = parentOf(host) !== coordinator;
  const known = [coordinator, await pidOf(fleet, 'nats-server'), ...(isOrphan ? [] : [host])];
  const isReader = (command: string) => command.startsWith('git') && command.includes('cat-file');
  return processesOf(fleet.directory)
    .filter(({ pid, command }) => !known.includes(pid) && !isReader(command))
    .map(({ pid, command }) => `process ${pid}: ${command}`);
}

/** Places that hold something only while it is under way. */
const passing = ['hosts/local/machines', 'hosts/local/evidence', 'blobs/parts', 'blobs/tmp', 'logs'];

const strayFiles = ({ dataDir }: Fleet): string[] =>
  passing
    .map(place => join(dataDir, place))
    .filter(place => existsSync(place))
    .flatMap(place => readdirSync(place).map(name => `file ${join(place, name)}`));

async function strayConnections(fleet: Fleet): Promise<string[]> {
  const all = await busConnections(fleet);
  const allowed = (name: string) =>
    name.startsWith('coordinator_')
      ? subscriptionsOf.coordinator
      : name.startsWith('host_')
        ? subscriptionsOf.host
        : 0;
  return [
    ...(all.length > 2 ? [`${all.length} connections to nats-server`] : []),
    ...all
      .filter(({ name, subscriptions }) => subscriptions > allowed(name))
      .map(
        ({ name, subscriptions }) => `${name || 'a nameless connection'} has ${subscriptions} subscriptions`,
      ),
  ];
}
