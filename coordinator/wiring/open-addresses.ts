/** Where a coordinator is reached. */
import { startBus } from '../bus/bus.ts';
import { listen } from '../http/listener.ts';
import type { Storage } from './open-storage.ts';
import type { Scene } from './scene.ts';

export type Addresses = Awaited<ReturnType<typeof openAddresses>>;

/** Two listeners and the bus: known before anything that mentions them is made. */
export async function openAddresses(
  { config, natsServerPath, starting, closers, logger }: Scene,
  { coordinator }: Storage,
) {
  const people = await listen("the people's listener", config.listen.people);
  closers.push(people.close);
  const machines = await listen('the machine listener', config.listen.machines);
  closers.push(machines.close);
  const bus = await startBus({
    dir: config.dataDir,
    coordinator,
    host: config.listen.nats.host,
    port: config.listen.nats.port || undefined,
    publicHost: config.machineUrl ? new URL(config.machineUrl).hostname : undefined,
    serverPath: natsServerPath,
    log: logger,
    signal: starting.signal,
  });
  closers.push(bus.close);
  const peopleUrl = config.url?.replace(/\/$/, '') ?? people.url;
  const machineUrl = config.machineUrl?.replace(/\/$/, '') ?? machines.url;
  return { people, machines, bus, peopleUrl, machineUrl };
}
