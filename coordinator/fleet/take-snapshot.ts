/** The planner's snapshot, from rows and from what is remembered beside them. */
import type { HostId, Instant } from '#shared/ids.ts';
import { downloadOf } from '#shared/image-files.ts';
import { type ImageManifest, manifestText, needsOf } from '#shared/image-manifest.ts';
import { limits } from '#shared/limits.ts';
import type { MachineState } from '#shared/machine.ts';
import type { Ages } from '../ground/ages.ts';
import { type Host, listHosts } from '../store/hosts.ts';
import { countQueued } from '../store/jobs.ts';
import { listLiveMachines, type Machine } from '../store/machines.ts';
import { listPoolOverrides } from '../store/pool-overrides.ts';
import type { Tx } from '../store/store.ts';
import type { BootFailures } from './boot-failures.ts';
import type { FetchTimes, MachineFetch } from './fetch-times.ts';
import { sizeOf, takesRoom } from './loads.ts';
import { type ConfiguredPool, inForce } from './pools.ts';
import { backoffIn } from './quarantine.ts';
import type { PlannedHost, PlannedMachine, Snapshot } from './snapshot.ts';

/** What the planner knows beside the rows. Kept in memory: a restarted coordinator gives everybody another chance. */
export type Memory = { failures: BootFailures; lostAt: Map<HostId, Instant>; fetchTimes: FetchTimes };

export type SnapshotParts = {
  pools(tx: Tx): Promise<readonly ConfiguredPool[]>;
  isAttentive(): boolean;
  ages: Ages;
};

export async function takeSnapshot(
  tx: Tx,
  { pools, isAttentive, ages }: SnapshotParts,
  { failures, lostAt, fetchTimes }: Memory,
): Promise<Snapshot> {
  const hosts = await listHosts(tx);
  const machines = await listLiveMachines(tx);
  const overrides = await listPoolOverrides(tx);
  const configured = await pools(tx);
  const imageNow = new Map(configured.map(({ image }) => [image.name, image]));
  const [failed, quarantines] = [failures.list(), failures.quarantines()];
  const ageOf = ages(machines.map(({ id, state }) => ({ id, since: sinceOf(state) })));
  const fetchingOf = fetchTimes(fetchesOf(machines, hosts, ageOf));
  return {
    pools: configured.map(pool =>
      inForce(pool, overrides.find(({ image }) => image === pool.image.name) ?? null),
    ),
    backoffOf: (image, host) => backoffIn(failed, quarantines, image, host),
    quarantines,
    isAttentive: isAttentive(),
    queued: await countQueued(tx),
    hosts: hosts.map(host => plannedHost(host, lostAt.get(host.id) ?? null)),
    machines: machines.map(machine => ({
      ...plannedMachine(machine, ageOf.get(machine.id) ?? 0),
      fetchingMs: fetchingOf.get(machine.id) ?? 0,
      isOutdated: isOutdated(machine, imageNow.get(machine.image)),
    })),
  };
}

export const plannedHost = (
  { id, name, drivers, isDraining, lastSeenAt, capacity, traits }: Host,
  lostAt: Instant | null,
): PlannedHost => ({
  id,
  name,
  drivers: drivers.map(driver => driver.name),
  isDraining,
  lastSeenAt,
  memoryMiB: capacity?.memoryMiB ?? 0,
  cpus: capacity?.cpus ?? 0,
  diskMiB: capacity?.diskMiB ?? 0,
  traits,
  arch: capacity?.arch ?? '',
  virtual: drivers.find(driver => takesRoom(driver.name))?.architectures ?? null,
  imageFiles: capacity?.imageFiles ?? null,
  lostAt,
});

const plannedMachine = (
  { id, image, hostId, state, expiresAt, manifest }: Machine,
  ageMs: number,
): Omit<PlannedMachine, 'isOutdated' | 'fetchingMs'> => ({
  id,
  image,
  hostId,
  state,
  ageMs,
  expiresAt,
  memoryMiB: manifest.machine.memory,
  cpus: manifest.machine.cpus,
  diskMiB: sizeOf(manifest).diskMiB,
  needs: needsOf(manifest),
  driver: manifest.machine.driver,
  bootDeadlineMs: manifest.boot.deadline ?? limits.bootDeadlineMs,
});

/** Of each machine that its host has not made yet, whether that is because of its files. */
function fetchesOf(
  machines: readonly Machine[],
  hosts: readonly Host[],
  ageOf: ReadonlyMap<string, number>,
): MachineFetch[] {
  const onHost = new Map(hosts.map(({ id, capacity }) => [id, capacity?.imageFiles ?? null]));
  return machines
    .filter(({ state }) => state.status === 'requested')
    .map(({ id, manifest, hostId }) => ({
      id,
      ageMs: ageOf.get(id) ?? 0,
      isFetching: downloadOf(manifest, onHost.get(hostId) ?? null) !== null,
    }));
}

/** Whether machines of its image are made of another manifest by now. */
const isOutdated = ({ manifest }: Machine, now: ImageManifest | undefined): boolean =>
  now !== undefined && textOf(now) !== textOf(manifest);

const texts = new WeakMap<ImageManifest, string>();

/** Manifests that came out of the store or the configuration are shared, so that few are written out. */
function textOf(image: ImageManifest): string {
  const known = texts.get(image) ?? manifestText(image);
  texts.set(image, known);
  return known;
}

const sinceOf = (state: MachineState): Instant => (state.status === 'gone' ? state.at : state.since);
