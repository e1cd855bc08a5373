/** Machines to add, and on which hosts. Pure. */
import type { HostId, Instant } from '#shared/ids.ts';
import type { ImageManifest } from '#shared/image-manifest.ts';
import { limits } from '#shared/limits.ts';
import { isConnected, type PlannedHost, type PlannedPool, type Snapshot } from './snapshot.ts';

export type Create = { type: 'create'; image: ImageManifest; host: HostId; reason: string };

/** For all pools together: what one of them takes of a host, the next one does not have. */
export function growth(snapshot: Snapshot, leaving: ReadonlySet<string>, now: Instant): Create[] {
  const planned: Create[] = [];
  const taken = takenOf(snapshot);
  for (const pool of snapshot.pools) grow(snapshot, pool, leaving, { planned, taken }, now);
  return planned;
}

/** What there is on each host, planned machines included: kept, for counting it anew for each of them would be quadratic. */
type Taken = Map<HostId, { machines: number; memoryMiB: number }>;
type Plan = { planned: Create[]; taken: Taken };

function takenOf({ machines }: Snapshot): Taken {
  const taken: Taken = new Map();
  for (const { hostId, driver, memoryMiB } of machines) take(taken, hostId, driver, memoryMiB);
  return taken;
}

function take(taken: Taken, host: HostId, driver: string, memoryMiB: number): void {
  const before = taken.get(host) ?? nothing;
  const more = takesMemory(driver) ? memoryMiB : 0;
  taken.set(host, { machines: before.machines + 1, memoryMiB: before.memoryMiB + more });
}

const nothing = { machines: 0, memoryMiB: 0 };

/** Enough for the queue and the warm ones, within the limits. */
function grow(
  snapshot: Snapshot,
  { pool, image }: PlannedPool,
  leaving: ReadonlySet<string>,
  { planned, taken }: Plan,
  now: Instant,
): void {
  const own = snapshot.machines.filter(machine => machine.image === image.name);
  const available = own.filter(({ id, state }) => !leaving.has(id) && isAvailable[state.status]).length;
  const queued = snapshot.queued.get(image.name) ?? 0;
  const wanted = Math.min(pool.max - own.length, queued + pool.warm - available);
  const reason = `${queued} queued, ${pool.warm} warm wanted, ${available} available, ${own.length} of ${pool.max} exist`;
  for (let n = 0; n < wanted; n += 1) {
    const host = hostFor(snapshot, { pool, image }, taken, now);
    if (!host) return;
    planned.push({ type: 'create', image, host: host.id, reason });
    take(taken, host.id, image.machine.driver, image.machine.memory);
  }
}

const isAvailable = {
  requested: true,
  booting: true,
  ready: true,
  busy: false,
  retiring: false,
  gone: false,
} as const;

/** Of the hosts that have room: one that lost nothing lately before others, then the one with the fewest machines. */
function hostFor(
  snapshot: Snapshot,
  { pool, image }: PlannedPool,
  taken: Taken,
  now: Instant,
): PlannedHost | null {
  const suspicion = ({ lostAt }: PlannedHost) =>
    Number(lostAt !== null && now - lostAt < limits.hostSuspectMs);
  const load = ({ id }: PlannedHost) => (taken.get(id) ?? nothing).machines;
  const fitting = snapshot.hosts.filter(
    host =>
      !host.isDraining &&
      isConnected(host, now) &&
      host.drivers.includes(image.machine.driver) &&
      (!pool.hosts || pool.hosts.includes(host.name)) &&
      (snapshot.backoffOf(image.name, host.id)?.until ?? 0) <= now &&
      hasRoom(host, image, taken),
  );
  const best = (a: PlannedHost, b: PlannedHost) =>
    suspicion(a) - suspicion(b) || load(a) - load(b) || a.name.localeCompare(b.name);
  return fitting.sort(best)[0] ?? null;
}

/** Guests of this host's hypervisor take memory of their own; processes share the host's, others have another computer's. */
const takesMemory = (driver: string): boolean => driver === 'libvirt';

function hasRoom(host: PlannedHost, { machine: { driver, memory } }: ImageManifest, taken: Taken): boolean {
  const there = taken.get(host.id) ?? nothing;
  if (there.machines >= limits.machinesPerHost) return false;
  return !takesMemory(driver) || there.memoryMiB + memory <= host.memoryMiB;
}
