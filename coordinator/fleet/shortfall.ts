/** Why a pool has fewer machines than are wanted: what limits it, and the sentence that says what to do. Pure. */
import { labelText, type Resources } from '#shared/host-traits.ts';
import type { HostId, Instant } from '#shared/ids.ts';
import { downloadOf } from '#shared/image-files.ts';
import { needsOf } from '#shared/image-manifest.ts';
import { limits } from '#shared/limits.ts';
import type { PoolLimit } from '#shared/pool.ts';
import { progressText } from '#shared/quantity-text.ts';
import { type Loads, loadOn, sizeOf, takesRoom } from './loads.ts';
import { missingLabels, type Scarcity, scarceResource } from './needs.ts';
import { type Obstacle, obstacleOf, obstacles } from './placement.ts';
import type { PlannedHost, PlannedPool, Snapshot } from './snapshot.ts';

export type Limit = { kind: PoolLimit; text: string };

export type Shortfall = {
  image: string;
  /** Machines that are wanted and cannot be had now. */
  missing: number;
  limit: Limit;
};

export const pausedLimit = ({ image: { name }, isDisabled }: PlannedPool): Limit => ({
  kind: 'paused',
  text: isDisabled
    ? `the image is disabled; paddock image enable ${name} lets it go on`
    : `the pool is paused; paddock pool resume ${name} lets it go on`,
});

export const maxLimit = ({ pool, image: { name } }: PlannedPool): Limit => ({
  kind: 'max-reached',
  text: `${pool.max} at once is the most it may have; paddock pool scale ${name} --max raises that`,
});

/** What the hosts lack, by those of them that come nearest to having room. */
export function limitOfHosts(snapshot: Snapshot, pool: PlannedPool, loads: Loads, now: Instant): Limit {
  const met = snapshot.hosts.flatMap(host => {
    const obstacle = obstacleOf(snapshot, pool, host, loads, now);
    return obstacle === null ? [] : [{ host, at: obstacles.indexOf(obstacle) }];
  });
  const nearest = Math.max(-1, ...met.map(({ at }) => at));
  const kind = obstacles[nearest];
  if (kind === undefined)
    return { kind: 'no-host', text: 'no host has joined; paddock host add NAME lets one in' };
  const hosts = met.filter(({ at }) => at === nearest).map(({ host }) => host);
  return { kind, text: sentences[kind]({ snapshot, pool, hosts, loads, now }) };
}

type Facts = { snapshot: Snapshot; pool: PlannedPool; hosts: PlannedHost[]; loads: Loads; now: Instant };

const sentences: Record<Obstacle, (facts: Facts) => string> = {
  'not-named': ({ pool }) =>
    `none of the hosts that its pool names has joined: ${(pool.pool.hosts ?? []).join(', ')}`,
  'no-driver': ({ pool }) => `no host has the ${pool.image.machine.driver} driver`,
  architecture: ({ pool: { image }, hosts }) =>
    takesRoom(image.machine.driver)
      ? `it needs a QEMU for ${image.arch}, which ${listed(hosts)} ${hasOrHave(hosts)} not; install it there and start the host agent again`
      : `it needs ${image.arch} itself, and ${listed(hosts)} ${isOrAre(hosts)} not`,
  label: labelSentence,
  'no-resource': facts => {
    const { name, wanted, total, host } = leastScarce(facts, () => ({}));
    return `it needs ${wanted} ${name}, and ${total === 0 ? `no host that could have it has any` : `${host.name} has ${total} in all`}; paddock host set NAME --resource ${name}=${wanted} says that one has`;
  },
  silent: ({ hosts }) => `${listed(hosts)} ${isOrAre(hosts)} silent; start the host agent there`,
  drained: ({ hosts }) =>
    `${listed(hosts)} ${isOrAre(hosts)} being drained; paddock host resume ${hosts[0]?.name} lets it have machines again`,
  'back-off': backoffText,
  fetching: ({ pool: { image }, hosts }) => {
    const [host] = hosts.filter(({ imageFiles }) => downloadOf(image, imageFiles) !== null);
    return host
      ? `${host.name} fetches ${image.name}${progressText(downloadOf(image, host.imageFiles))}`
      : `${listed(hosts)} ${hasOrHave(hosts)} not fetched ${image.name} yet`;
  },
  'host-full': ({ hosts }) =>
    `${listed(hosts)} ${hasOrHave(hosts)} ${limits.machinesPerHost} machines, the most for one host`,
  resource: facts => {
    const { name, wanted, free, total, host } = leastScarce(facts, id => loadOn(facts.loads, id).resources);
    return `it needs ${wanted} ${name}, and ${host.name} has ${free} of ${total} free`;
  },
  disk: ({ pool, hosts, loads }) => {
    const free = most(hosts, host => host.diskMiB - loadOn(loads, host.id).diskMiB);
    return `it may need ${sizeOf(pool.image).diskMiB} MiB of disk, and ${free.host.name} has ${free.value} MiB free beside what its machines may need; make room there`;
  },
  memory: ({ pool, hosts, loads }) => {
    const free = most(hosts, host => host.memoryMiB - loadOn(loads, host.id).memoryMiB);
    return `it needs ${pool.image.machine.memory} MiB of memory, and ${free.host.name} has ${free.value} MiB free`;
  },
  cpus: ({ pool, hosts, loads }) => {
    const free = most(hosts, host => host.cpus - loadOn(loads, host.id).cpus);
    return `it needs ${counted(pool.image.machine.cpus)}, and ${free.host.name} has ${free.value} free`;
  },
};

/** A label that nobody has is named alone: with it there would be a host, or another reason. */
function labelSentence({ snapshot, pool, hosts }: Facts): string {
  const needs = needsOf(pool.image);
  const unknown = Object.entries(needs.labels).filter(
    ([name, value]) => !snapshot.hosts.some(({ traits }) => traits.labels[name] === value),
  );
  const [first] = unknown;
  if (first)
    return `no host has the ${worded(unknown)}; paddock host set NAME --label ${labelText(first)} says that one has`;
  const lacking = hosts.map(host => ({ host, labels: missingLabels(needs, host) }));
  const [nearest] = lacking.toSorted((a, b) => a.labels.length - b.labels.length);
  if (!nearest) throw new Error('there is no label to speak of');
  const text = worded(nearest.labels);
  const alike = lacking.filter(({ labels }) => worded(labels) === text).map(({ host }) => host);
  return `${listed(alike)} ${hasOrHave(alike)} not the ${text}`;
}

const worded = (labels: readonly (readonly [string, string])[]): string =>
  `${labels.length === 1 ? 'label' : 'labels'} ${labels.map(labelText).join(', ')}`;

/** Of several hosts the one that lacks the least. */
function leastScarce(
  { pool, hosts }: Facts,
  takenOn: (host: HostId) => Resources,
): Scarcity & { host: PlannedHost } {
  const found = hosts.flatMap(host => {
    const scarcity = scarceResource(needsOf(pool.image), host, takenOn(host.id));
    return scarcity ? [{ ...scarcity, host }] : [];
  });
  const [least] = found.toSorted((a, b) => a.wanted - a.free - (b.wanted - b.free));
  if (!least) throw new Error('there is no resource to speak of');
  return least;
}

/** Of several hosts the one that may be the first to try again. */
function backoffText({ snapshot, pool, hosts, now }: Facts): string {
  const { name } = pool.image;
  const held = hosts.flatMap(({ id }) => snapshot.backoffOf(name, id) ?? []);
  const [first] = held.sort((a, b) => a.until - b.until);
  if (!first) throw new Error('there is no failure to speak of');
  const seconds = Math.ceil((first.until - now) / 1_000);
  const next = seconds > 0 ? `tried again in ${seconds} s` : 'one machine is being tried';
  const { host, image, machine, message } = first;
  const where = snapshot.hosts.find(({ id }) => id === host)?.name ?? 'a host that is no more';
  return `${image === name ? 'it' : image} failed to start on ${where}: ${message}; ${next}; see paddock machine show ${machine}`;
}

const namesShown = 3;

function listed(hosts: readonly PlannedHost[]): string {
  const rest = hosts.length - namesShown;
  const names = hosts.slice(0, namesShown).map(({ name }) => name);
  return rest > 0 ? `${names.join(', ')} and ${rest} more` : names.join(', ');
}

const hasOrHave = (hosts: readonly PlannedHost[]): string => (hosts.length === 1 ? 'has' : 'have');

const isOrAre = (hosts: readonly PlannedHost[]): string => (hosts.length === 1 ? 'is' : 'are');

const counted = (cpus: number): string => `${cpus} ${cpus === 1 ? 'CPU' : 'CPUs'}`;

/** The first host that has the most of something; there is one. */
function most(hosts: readonly PlannedHost[], of: (host: PlannedHost) => number) {
  let found: { host: PlannedHost; value: number } | null = null;
  for (const host of hosts) {
    const value = Math.max(0, of(host));
    if (!found || value > found.value) found = { host, value };
  }
  if (!found) throw new Error('there is no host to speak of');
  return found;
}
