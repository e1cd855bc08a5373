/** What people see of hosts and do with them. */
import type { HostDetail, HostView } from '#shared/fleet-api.ts';
import type { ImageFilesOnHost } from '#shared/host-messages.ts';
import { noTraits } from '#shared/host-traits.ts';
import type { HostId, Instant } from '#shared/ids.ts';
import { digestsOf } from '#shared/image-files.ts';
import type { ImageManifest } from '#shared/image-manifest.ts';
import { limits } from '#shared/limits.ts';
import { subjects } from '#shared/subjects.ts';
import { withAuthorities } from '#shared/tls.ts';
import { makeJoinToken } from '../access/join-tokens.ts';
import type { Bus } from '../bus/bus.ts';
import type { Config } from '../config/config.ts';
import type { Fleet } from '../fleet/fleet.ts';
import {
  drainHost,
  inviteHost,
  refusalOfTraits,
  removeHost,
  setTraits,
  uninviteHost,
} from '../fleet/hosts.ts';
import { addLoad, type Load, type Loads, loadOn, sizeOf } from '../fleet/loads.ts';
import type { Wake } from '../ground/wake.ts';
import { HttpProblem } from '../http/errors.ts';
import type { PeopleParts } from '../http/parts.ts';
import type { Catalog } from '../images/catalog.ts';
import { findHostByName, type Host, listHosts } from '../store/hosts.ts';
import { listLiveMachines, type Machine } from '../store/machines.ts';
import type { Store } from '../store/store.ts';
import { holdBackOfHost, type Troubles } from './view-machines.ts';

export type HostOptions = {
  config: Pick<Config, 'localHost'>;
  catalog: Pick<Catalog, 'images' | 'pools'>;
  store: Store;
  bus: Pick<Bus, 'publish' | 'revoke'>;
  brain: { fleet: Pick<Fleet, 'desiredFor' | 'troubles'> };
  /** The machine listener, as hosts reach it. */
  machineUrl: string;
  /** Whom they are to believe, in one word; null: the usual authorities. */
  authorities(): string | null;
  wakeUp(wakes: Wake[]): void;
  now: () => Instant;
};

type HostParts = Pick<
  PeopleParts,
  'hosts' | 'host' | 'inviteHost' | 'uninviteHost' | 'setHost' | 'drainHost' | 'removeHost'
>;

export function createHostParts(options: HostOptions): HostParts {
  const { config, catalog, store, machineUrl, wakeUp, now } = options;
  const scene = () => hostScene(options);
  return {
    async hosts() {
      const machines = await listLiveMachines(store.read);
      const seen = await scene();
      return (await listHosts(store.read)).map(host => viewHost(host, machines, seen));
    },
    async host(name) {
      const host = await findHostByName(store.read, name);
      return host && viewHostInFull(host, await listLiveMachines(store.read), await scene());
    },
    async inviteHost(name, traits) {
      if (name === config.localHost?.name)
        throw new HttpProblem(409, `${name} is the host beside the coordinator`, 'choose another name');
      const { token, hash, expiresAt } = makeJoinToken(now());
      const isKnown = await store.write(async tx => {
        const known = await findHostByName(tx, name);
        const refusal = traits && refusalOfTraits(known?.traits ?? noTraits, traits);
        if (refusal) throw new HttpProblem(409, refusal, `paddock host show ${name}`);
        await inviteHost(tx, { hash, hostName: name, expiresAt, traits }, now());
        return known !== null;
      });
      const images = await catalog.images(store.read);
      const drivers = [...new Set(images.map(({ machine }) => machine.driver))].sort();
      const carried = withAuthorities(token, options.authorities());
      return { name, token: carried, expiresAt, coordinator: machineUrl, drivers, isKnown };
    },
    uninviteHost: name => store.write(tx => uninviteHost(tx, name, now())),
    async setHost(name, change) {
      const { refusal, wakes } = await store.write(async tx => {
        const host = await findHostByName(tx, name);
        const refusal = host && refusalOfTraits(host.traits, change);
        return { refusal, wakes: host && !refusal ? await setTraits(tx, host, change, now()) : [] };
      });
      wakeUp(wakes);
      return refusal;
    },
    async drainHost(name, isDraining) {
      const wakes = await store.write(async tx => {
        const host = await findHostByName(tx, name);
        return host ? drainHost(tx, host, isDraining, now()) : [];
      });
      wakeUp(wakes);
    },
    async removeHost(name, isForced) {
      if (name === config.localHost?.name)
        return `${name} is the host beside the coordinator and would come back; the configuration takes it away: local-host: false`;
      return remove(options, name, isForced);
    },
  };
}

async function remove(
  { store, bus, brain, wakeUp, now }: HostOptions,
  name: string,
  isForced: boolean,
): Promise<string | null> {
  const removed = await store.write(async tx => {
    const host = await findHostByName(tx, name);
    return host && { id: host.id, ...(await removeHost(tx, host, isForced, now())) };
  });
  if (!removed) return null;
  if ('refusal' in removed) return removed.refusal;
  await sayGoodbye(bus, brain.fleet, removed.id);
  wakeUp(removed.wakes);
  await bus.revoke(removed.revoked);
  return null;
}

/** One that is there is told to have no machine any more, as long as it may be told; one that is not has them until they expire. */
async function sayGoodbye(
  bus: HostOptions['bus'],
  fleet: HostOptions['brain']['fleet'],
  host: HostId,
): Promise<void> {
  bus.publish(subjects.down(host), await fleet.desiredFor(host));
}

/** What is looked at beside the row of a host. */
export type HostScene = { troubles: Troubles; images: readonly ImageManifest[]; now: Instant };

export const hostScene = async ({
  catalog,
  store,
  brain,
  now,
}: Pick<HostOptions, 'catalog' | 'store' | 'brain' | 'now'>): Promise<HostScene> => ({
  troubles: brain.fleet.troubles(),
  images: (await catalog.pools(store.read)).map(({ image }) => image),
  now: now(),
});

export function viewHost(
  host: Host,
  all: readonly Machine[],
  { troubles, images, now }: HostScene,
): HostView {
  const { id, name, isDraining, lastSeenAt, capacity, drivers, traits } = host;
  const machines = all.filter(({ hostId }) => hostId === id);
  const taken = takenOn(id, machines);
  return {
    id,
    name,
    isConnected: now - lastSeenAt < limits.hostSilenceMs,
    isDraining,
    lastSeenAt: capacity === null ? null : lastSeenAt,
    system: capacity && { os: capacity.os, arch: capacity.arch },
    room: capacity && roomOn(capacity, taken),
    diskFreeMiB: capacity?.diskMiB ?? null,
    labels: { ...traits.labels },
    resources: Object.fromEntries(
      Object.entries(traits.resources).map(([name, total]) => [
        name,
        shareOf(total, taken.resources[name] ?? 0),
      ]),
    ),
    drivers,
    machines: countByStatus(machines),
    imageFiles: viewFiles(capacity?.imageFiles, images),
    quarantine: holdBackOfHost(troubles, id),
  };
}

function viewFiles(
  files: ImageFilesOnHost | undefined,
  all: readonly ImageManifest[],
): HostView['imageFiles'] {
  if (!files) return [];
  const imagesOf = (sha256: string) =>
    all.filter(image => digestsOf(image).includes(sha256)).map(({ name }) => name);
  const isFetched = (sha256: string) => files.fetching.some(other => other.sha256 === sha256);
  return [
    ...files.fetching.map(({ sha256, ...download }) => ({
      images: imagesOf(sha256),
      download,
      message: null,
    })),
    ...files.failed
      .filter(({ sha256 }) => !isFetched(sha256))
      .map(({ sha256, message }) => ({ images: imagesOf(sha256), download: null, message })),
  ];
}

function takenOn(host: HostId, machines: readonly Machine[]): Load {
  const loads: Loads = new Map();
  for (const { manifest } of machines) addLoad(loads, host, sizeOf(manifest));
  return loadOn(loads, host);
}

const shareOf = (total: number, used: number) => ({ total, free: Math.max(0, total - used) });

const roomOn = ({ cpus, memoryMiB }: NonNullable<Host['capacity']>, taken: Load) => ({
  cpus: shareOf(cpus, taken.cpus),
  memoryMiB: shareOf(memoryMiB, taken.memoryMiB),
});

const viewHostInFull = (host: Host, all: readonly Machine[], scene: HostScene): HostDetail => ({
  ...viewHost(host, all, scene),
  machineList: all
    .filter(({ hostId }) => hostId === host.id)
    .map(({ id, image, state, expiresAt }) => ({
      id,
      image,
      status: state.status,
      since: state.status === 'gone' ? state.at : state.since,
      expiresAt,
    })),
});

export function countByStatus(machines: readonly Pick<Machine, 'state'>[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { state } of machines) counts[state.status] = (counts[state.status] ?? 0) + 1;
  return counts;
}
