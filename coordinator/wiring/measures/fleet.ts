import type { Instant } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { type Sample, sample } from '#shared/metrics.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import type { PoolOutlook } from '../../fleet/outlook.ts';
import { type Host, listHosts } from '../../store/hosts.ts';
import { listLiveMachines, type Machine } from '../../store/machines.ts';
import type { Tx } from '../../store/store.ts';

const mebibyte = 1_048_576;

export async function lookAtMachines(read: Tx): Promise<Sample[]> {
  const machines = await listLiveMachines(read);
  const images = [...Map.groupBy(machines, ({ image }) => image)];
  const counts = images.flatMap(([image, own]) =>
    [...Map.groupBy(own, ({ state }) => state.status)].flatMap(([state, { length }]) =>
      state === 'gone' ? [] : [sample('paddock_machines', { image, state }, length)],
    ),
  );
  return [...counts, ...loadOf(machines)];
}

export async function lookAtFleet(
  read: Tx,
  fleet: Pick<Fleet, 'outlook' | 'troubles'>,
  now: Instant,
): Promise<Sample[]> {
  const hosts = await listHosts(read);
  const { quarantines } = fleet.troubles();
  const states = hosts.map(host => ({ host, state: stateOf(host, quarantines.hosts.has(host.id), now) }));
  const connected = states.flatMap(({ host, state }) => (state === 'silent' ? [] : [host]));
  const usable = states.flatMap(({ host, state }) => (state === 'connected' ? [host] : []));
  const countOf = (wanted: HostState) => states.filter(({ state }) => state === wanted).length;
  return [
    ...hostStates.map(state => sample('paddock_hosts', { state }, countOf(state))),
    ...(await fleet.outlook()).flatMap(pool => poolSamples(pool, usable)),
    ...capacityOf(connected),
  ];
}

const hostStates = ['connected', 'draining', 'quarantined', 'silent'] as const;
type HostState = (typeof hostStates)[number];

function stateOf({ lastSeenAt, isDraining }: Host, isQuarantined: boolean, now: Instant): HostState {
  if (now - lastSeenAt >= limits.hostSilenceMs) return 'silent';
  if (isQuarantined) return 'quarantined';
  return isDraining ? 'draining' : 'connected';
}

function poolSamples({ image: { name, machine }, pool, missing }: PoolOutlook, usable: Host[]): Sample[] {
  const image = { image: name };
  const hosts = usable.filter(
    host =>
      (!pool.hosts || pool.hosts.includes(host.name)) &&
      host.drivers.some(driver => driver.name === machine.driver),
  );
  return [
    sample('paddock_pool_machines_min', image, pool.warm),
    sample('paddock_pool_machines_max', image, pool.max),
    sample('paddock_pool_machines_missing', image, missing),
    sample('paddock_image_hosts', image, hosts.length),
  ];
}

function capacityOf(hosts: readonly Host[]): Sample[] {
  const capacities = hosts.flatMap(({ capacity }) => capacity ?? []);
  const sum = (of: 'cpus' | 'memoryMiB') => capacities.reduce((total, each) => total + each[of], 0);
  const disks = capacities.map(({ diskMiB }) => diskMiB);
  return [
    sample('paddock_hosts_cpus', {}, sum('cpus')),
    sample('paddock_hosts_memory_bytes', {}, sum('memoryMiB') * mebibyte),
    ...(disks.length > 0 ? [sample('paddock_hosts_disk_free_bytes', {}, Math.min(...disks) * mebibyte)] : []),
  ];
}

function loadOf(machines: readonly Machine[]): Sample[] {
  const sum = (of: 'cpus' | 'memory') =>
    machines.reduce((total, { manifest }) => total + manifest.machine[of], 0);
  return [
    sample('paddock_machines_cpus', {}, sum('cpus')),
    sample('paddock_machines_memory_bytes', {}, sum('memory') * mebibyte),
  ];
}
