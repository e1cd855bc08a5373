/**
 * On which host a machine goes. Pure. Guests of a hypervisor take memory, CPUs and disk of their host, and go where they leave
 * the least memory and CPUs over: so room for a large one stays in one piece. Processes share their host, and go where the fewest
 * machines are. A host that lost an attempt lately comes last; what is equal goes by name.
 */
import type { Instant } from '#shared/ids.ts';
import { lacksFiles } from '#shared/image-files.ts';
import { type ImageManifest, needsOf } from '#shared/image-manifest.ts';
import { limits } from '#shared/limits.ts';
import type { PoolLimit } from '#shared/pool.ts';
import { createHeap, type Heap } from '../ground/heap.ts';
import { addLoad, type Load, type Loads, loadOn, sizeOf, takesRoom } from './loads.ts';
import { missingLabels, scarceResource } from './needs.ts';
import { isConnected, type PlannedHost, type PlannedPool, type Snapshot } from './snapshot.ts';

/** Why a host does not get the machine; the later in this list, the nearer it comes. */
export const obstacles = [
  'not-named',
  'no-driver',
  'architecture',
  'label',
  'no-resource',
  'silent',
  'drained',
  'back-off',
  'fetching',
  'host-full',
  'resource',
  'disk',
  'memory',
  'cpus',
] as const satisfies readonly PoolLimit[];
export type Obstacle = (typeof obstacles)[number];

export const isNamed = ({ hosts }: PlannedPool['pool'], host: string): boolean =>
  hosts === undefined || hosts.includes(host);

/** Whether the host could have machines of the pool when it is there and has room. */
export const mayHave = (host: PlannedHost, { pool, image }: Pick<PlannedPool, 'pool' | 'image'>): boolean =>
  isNamed(pool, host.name) &&
  host.drivers.includes(image.machine.driver) &&
  fitOf(image, host) !== null &&
  missingLabels(needsOf(image), host).length === 0 &&
  scarceResource(needsOf(image), host) === null;

/** Of a host; the lower it is, the sooner it gets the next machine. */
type Place = { host: PlannedHost; rank: number };

/**
 * The hosts of so many more machines, one for each and the best first; fewer when that is all there is room for. What
 * they take is added to `loads`. Only a host that has just got one stands differently to the others: so hosts are ranked
 * once, however many machines there are to place, and only as many as there are machines can ever get one.
 */
export function placesFor(
  snapshot: Snapshot,
  pool: PlannedPool,
  loads: Loads,
  wanted: number,
  now: Instant,
): PlannedHost[] {
  // Of an image in quarantine one machine is tried, wherever that is.
  const count = snapshot.quarantines.images.has(pool.image.name) ? Math.min(1, wanted) : wanted;
  const places = bestPlaces(snapshot, pool, loads, count, now);
  const hosts: PlannedHost[] = [];
  while (hosts.length < count) {
    const host = places.pop()?.host;
    if (!host) break;
    hosts.push(host);
    addLoad(loads, host.id, sizeOf(pool.image));
    if (obstacleOf(snapshot, pool, host, loads, now) === null)
      places.push({ host, rank: rankOf(host, pool.image, loads, now) });
  }
  return hosts;
}

/** At most `count` of the hosts that could have a machine now. */
function bestPlaces(
  snapshot: Snapshot,
  pool: PlannedPool,
  loads: Loads,
  count: number,
  now: Instant,
): Heap<Place> {
  const worstFirst = createHeap<Place>((a, b) => comparePlaces(b, a));
  for (const host of count > 0 ? snapshot.hosts : []) {
    if (obstacleOf(snapshot, pool, host, loads, now) !== null) continue;
    const rank = rankOf(host, pool.image, loads, now);
    const worst = worstFirst.size < count ? null : worstFirst.least;
    if (worst && (rank > worst.rank || (rank === worst.rank && host.name > worst.host.name))) continue;
    if (worst) worstFirst.pop();
    worstFirst.push({ host, rank });
  }
  const bestFirst = createHeap<Place>(comparePlaces);
  for (let place = worstFirst.pop(); place; place = worstFirst.pop()) bestFirst.push(place);
  return bestFirst;
}

const comparePlaces = (a: Place, b: Place): number =>
  a.rank - b.rank || (a.host.name < b.host.name ? -1 : Number(a.host.name > b.host.name));

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
  const needs = needsOf(image);
  if (missingLabels(needs, host).length > 0) return 'label';
  if (scarceResource(needs, host)) return 'no-resource';
  if (!isConnected(host, now)) return 'silent';
  if (host.isDraining) return 'drained';
  if ((snapshot.backoffOf(image.name, host.id)?.until ?? 0) > now) return 'back-off';
  if (isBeingTried(snapshot, image.name, host, loads)) return 'back-off';
  if (lacksFiles(image, host.imageFiles) && isHeld(snapshot, { pool, image }, now)) return 'fetching';
  if (load.machines >= limits.machinesPerHost) return 'host-full';
  if (scarceResource(needs, host, load.resources)) return 'resource';
  if (!takesRoom(driver)) return null;
  if (load.diskMiB + sizeOf(image).diskMiB > host.diskMiB) return 'disk';
  if (load.memoryMiB + memory > host.memoryMiB) return 'memory';
  return load.cpus + cpus > host.cpus ? 'cpus' : null;
}

const heldIn = new WeakMap<Snapshot, Map<string, boolean>>();

/** Whether some host that takes machines of the image has its files; found once for a snapshot. */
function isHeld(
  snapshot: Snapshot,
  { pool, image }: Pick<PlannedPool, 'pool' | 'image'>,
  now: Instant,
): boolean {
  const held = heldIn.get(snapshot) ?? new Map<string, boolean>();
  heldIn.set(snapshot, held);
  const known = held.get(image.name);
  if (known !== undefined) return known;
  const isHolder = (host: PlannedHost) =>
    host.imageFiles !== null &&
    !lacksFiles(image, host.imageFiles) &&
    mayHave(host, { pool, image }) &&
    isConnected(host, now) &&
    !host.isDraining &&
    (snapshot.backoffOf(image.name, host.id)?.until ?? 0) <= now;
  const found = snapshot.hosts.some(isHolder);
  held.set(image.name, found);
  return found;
}

/** Whether image or host are in quarantine, and the one machine that they may have on its way is. */
function isBeingTried(
  { quarantines: { images, hosts } }: Snapshot,
  image: string,
  host: PlannedHost,
  loads: Loads,
): boolean {
  if (hosts.has(host.id) && loadOn(loads, host.id).starting.length > 0) return true;
  return images.has(image) && [...loads.values()].some(({ starting }) => starting.includes(image));
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

/** More than any load of a host counts, so that what is worth a step comes before it. */
const step = 2 * limits.machinesPerHost;

/**
 * Whether an attempt was lost there lately counts most, then whether the image's files have to be fetched, then whether the
 * processor is emulated, then the load.
 */
function rankOf(host: PlannedHost, image: ImageManifest, loads: Loads, now: Instant): number {
  const load = loadOn(loads, host.id);
  const isSuspect = host.lostAt !== null && now - host.lostAt < limits.hostSuspectMs;
  const suspicion = isSuspect ? 4 * step : 0;
  if (!takesRoom(image.machine.driver)) return suspicion + load.machines;
  const fetching = lacksFiles(image, host.imageFiles) ? 2 * step : 0;
  return suspicion + fetching + (fitOf(image, host) === 'emulated' ? step : 0) + leftOver(host, image, load);
}

/** Of memory and CPUs together, in parts of the host. */
function leftOver(host: PlannedHost, { machine: { memory, cpus } }: ImageManifest, load: Load): number {
  const part = (left: number, whole: number) => (whole === 0 ? 0 : left / whole);
  return (
    part(host.memoryMiB - load.memoryMiB - memory, host.memoryMiB) +
    part(host.cpus - load.cpus - cpus, host.cpus)
  );
}
