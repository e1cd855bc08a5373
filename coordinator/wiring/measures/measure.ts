/** What `/metrics` looks up: each of it by queries that an index answers, and at no other time. */
import { sample } from '#shared/metrics.ts';
import type { ReadyParts } from '#shared/readiness.ts';
import type { Bus } from '../../bus/bus.ts';
import type { Store } from '../../store/store.ts';
import type { Brain } from '../brain.ts';
import type { Scene } from '../scene.ts';
import { lookAtCredentials, lookAtDisk } from './coordinator.ts';
import { lookAtFleet, lookAtMachines } from './fleet.ts';
import { lookAtForge } from './forge.ts';
import { lookAtLeases, lookAtQueue } from './queue.ts';

export type Measured = {
  store: Pick<Store, 'read'>;
  bus: Pick<Bus, 'isConnected'>;
  brain: Brain;
  readiness(): Promise<ReadyParts>;
};

export function measure(
  { config, metrics, now }: Scene,
  { store: { read }, bus, brain, readiness }: Measured,
): void {
  metrics.lookUp('queue', () => lookAtQueue(brain));
  metrics.lookUp('leases', () => lookAtLeases(read, brain.leaseClock));
  metrics.lookUp('machines', () => lookAtMachines(read));
  metrics.lookUp('fleet', () => lookAtFleet(read, brain.fleet, now()));
  metrics.lookUp('forge', () => lookAtForge(read, brain.reconciler, now()));
  metrics.lookUp('disk', () => lookAtDisk(config.dataDir));
  metrics.lookUp('credentials', () => lookAtCredentials(read, config, now()));
  metrics.lookUp('readiness', async () =>
    (await readiness()).map(({ part, isReady }) => sample('paddock_ready', { part }, isReady ? 1 : 0)),
  );
  metrics.show(() => [sample('paddock_nats_connected', {}, bus.isConnected() ? 1 : 0)]);
}
