/**
 * On which host a machine goes. Pure. Guests of a hypervisor take memory and CPUs of their host, and go where they leave
 * the least over: so room for a large one stays in one piece. Processes share their host, and go where the fewest
 * machines are. A host that lost an attempt lately comes last; what is equal goes by name.
 */
import type { HostId, Instant } from '#shared/ids.ts';
import type { ImageManifest } from '#shared/image-manifest.ts';
import { limits } from '#shared/limits.ts';
import type { PoolLimit } from '#shared/pool.ts';
import {
  isConnected,
  type PlannedHost,
  type PlannedMachine,
  type PlannedPool,
  type Snapshot,
} from './snapshot.ts';

/** What there is on each host, planned machines included: kept, for counting it anew for each of them would be quadratic. */
export type Loads = Map<HostId, Load>;
export type Load = { machines: number; memoryMiB: number; cpus: number };

/** Why a host does not get the machine; the later in this list, the nearer it comes. */
export const obstacles = [
  'not-named',
  'no-driver',
  'architecture',
  'silent',
  'drained',
  'back-off',
  'host-full',
  'memory',
  'cpus',
] as const satisfies readonly PoolLimit[];
export type Obstacle = (typeof obstacles)[number];

const nothing: Load = { machines: 0, memoryMiB: 0, cpus: 0 };

export function loadsOf(machines: readonly PlannedMachine[]): Loads {
  const loads: Loads = new Map();
  for (const machine of machines) addLoad(loads, machine.hostId, machine);
  return loads;
}

export function addLoad(
  loads: Loads,
  host: HostId,
  { driver, memoryMiB, cpus }: Pick<PlannedMachine, 'driver' | 'memoryMiB' | 'cpus'>,
): void {
  const before = loadOn(loads, host);
  const isGuest = takesRoom(driver);
  loads.set(host, {
    machines: before.machines + 1,
    memoryMiB: before.memoryMiB + (isGuest ? memoryMiB : 0),
    cpus: before.cpus + (isGuest ? cpus : 0),
  });
}

export const loadOn = (loads: Loads, host: HostId): Load => loads.get(host) ?? nothing;

/** Guests of a hypervisor take memory and CPUs of their own; processes share the host's. */
export const takesRoom = (driver: string): boolean => driver === 'libvirt';

export const isNamed = ({ hosts }: PlannedPool['pool'], host: string): boolean =>
  hosts === undefined || hosts.includes(host);

/** The host for one more machine, null when there is none. */
export function placeFor(
  snapshot: Snapshot,
  pool: PlannedPool,
  loads: Loads,
  now: Instant,
): PlannedHost | null {
  const fitting = snapshot.hosts.filter(host => obstacleOf(snapshot, pool, host, loads, now) === null);
  const ranks = new Map(fitting.map(host => [host, rankOf(host, pool.image, loads, now)]));
  const compare = (a: PlannedHost, b: PlannedHost) =>
    compareRanks(ranks.get(a) ?? [], ranks.get(b) ?? []) || a.name.localeCompare(b.name);
  return fitting.sort(compare)[0] ?? null;
}

/** What keeps a host from having one more machine of the pool; null: nothing. */
export function obstacleOf(
  snapshot: Snapshot,
  { pool, image }: PlannedPool,
  host: PlannedHost,
  loads: Loads,
  now: Instant,
): Obstacle | null {
  const { driver, memory, cpus } = image.machine;
  const load = loadOn(loads, host.id);
  if (!isNamed(pool, host.name)) return 'not-named';
  if (!host.drivers.includes(driver)) return 'no-driver';
  if (fitOf(image, host) === null) return 'architecture';
  if (!isConnected(host, now)) return 'silent';
  if (host.isDraining) return 'drained';
  if ((snapshot.backoffOf(image.name, host.id)?.until ?? 0) > now) return 'back-off';
  if (load.machines >= limits.machinesPerHost) return 'host-full';
  if (!takesRoom(driver)) return null;
  if (load.memoryMiB + memory > host.memoryMiB) return 'memory';
  return load.cpus + cpus > host.cpus ? 'cpus' : null;
}

/** What the same processor is called elsewhere; a word that is not here (`any`) says nothing about one. */
const processors: Record<string, string> = {
  x86_64: 'x86_64',
  amd64: 'x86_64',
  x64: 'x86_64',
  aarch64: 'aarch64',
  arm64: 'aarch64',
};

/** How a program for the image's processor runs in a machine on the host; null: not at all. */
export function fitOf(image: ImageManifest, host: PlannedHost): 'native' | 'emulated' | null {
  const wanted = processorOf(image);
  const own = processorOf(host);
  if (wanted === undefined) return 'native';
  if (!takesRoom(image.machine.driver) || host.virtual === null)
    return own === undefined || wanted === own ? 'native' : null;
  const offered = host.virtual.find(each => processorOf(each) === wanted);
  if (!offered) return null;
  return offered.isEmulated ? 'emulated' : 'native';
}

const processorOf = ({ arch }: { arch: string }): string | undefined => processors[arch.toLowerCase()];

/** Lower is better, the first difference counts. */
function rankOf(host: PlannedHost, image: ImageManifest, loads: Loads, now: Instant): number[] {
  const load = loadOn(loads, host.id);
  const isSuspect = host.lostAt !== null && now - host.lostAt < limits.hostSuspectMs;
  if (!takesRoom(image.machine.driver)) return [Number(isSuspect), load.machines];
  return [Number(isSuspect), Number(fitOf(image, host) === 'emulated'), leftOver(host, image, load)];
}

/** Of memory and CPUs together, in parts of the host. */
function leftOver(host: PlannedHost, { machine: { memory, cpus } }: ImageManifest, load: Load): number {
  const part = (left: number, whole: number) => (whole === 0 ? 0 : left / whole);
  return (
    part(host.memoryMiB - load.memoryMiB - memory, host.memoryMiB) +
    part(host.cpus - load.cpus - cpus, host.cpus)
  );
}

function compareRanks(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, index) => value !== b[index]);
  return at < 0 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
}
