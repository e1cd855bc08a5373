/** Gathers the facts behind `waitReason` from rows and from what the fleet knows. */
import type { HostId, Instant, MachineId } from '#shared/ids.ts';
import { downloadOf } from '#shared/image-files.ts';
import type { ImageManifest } from '#shared/image-manifest.ts';
import { limits } from '#shared/limits.ts';
import { isStarting } from '#shared/machine.ts';
import { type Host, listHosts } from '../store/hosts.ts';
import { countAhead, type Job } from '../store/jobs.ts';
import { listLiveMachines, type Machine } from '../store/machines.ts';
import type { Tx } from '../store/store.ts';
import { explainNeeds } from './job-needs.ts';
import type { TypicalTimes } from './typical-times.ts';
import { type WaitFacts, waitReason } from './wait-reason.ts';

/** An image and its pool as it holds now; without `hosts` any host may have its machines. */
export type WaitImage = {
  image: ImageManifest;
  pool: { max: number; hosts?: string[] | undefined };
  isPaused: boolean;
  isDisabled?: boolean;
};

/** Nothing is started before `until`, because this machine of this image failed on this host. */
export type WaitBackoff = {
  until: Instant;
  image: string;
  host: HostId;
  machine: MachineId;
  message: string;
};

export type WaitPorts = {
  /** Whether nothing is around any machine that the image could have. */
  isUnisolated(tx: Tx, image: string): Promise<boolean>;
  image(tx: Tx, name: string): Promise<WaitImage | null>;
  backoffOf(image: string, host: HostId): WaitBackoff | null;
  /** What kept the planner from making a machine of the image when it looked last, `max` of its pool apart; null: nothing. */
  limitOf(image: string): WaitFacts['limit'];
  /** Whether we have been there for long enough to know who is silent. */
  isAttentive(): boolean;
  typicalMs: TypicalTimes;
  now: () => Instant;
};

/** What one job waits for, the same for page, terminal and commit status; null: for nothing that is known here. */
export async function explainWait(tx: Tx, job: Job, ports: WaitPorts): Promise<string | null> {
  if (job.state.status === 'blocked') return explainNeeds(tx, job);
  const { factsOf } = await lookAtWaits(tx, ports);
  return waitReason(await factsOf(job, await countAhead(tx, job)));
}

type WaitingJob = Pick<Job, 'image' | 'isTrusted'>;

/** Hosts and machines of one moment: read once, however many jobs they are to explain. */
export type WaitLook = {
  factsOf(job: WaitingJob, ahead: number): Promise<WaitFacts>;
  /** Names of the hosts that could have machines of the image and are being drained. */
  drainedFor(image: string): Promise<string[]>;
};

export async function lookAtWaits(tx: Tx, ports: WaitPorts): Promise<WaitLook> {
  const hosts = await listHosts(tx);
  const machines = Map.groupBy(await listLiveMachines(tx), ({ image }) => image);
  const images = createMemo((name: string) => ports.image(tx, name));
  const unisolated = createMemo((name: string) => ports.isUnisolated(tx, name));
  const facts = createMemo(async (name: string) =>
    imageFacts(name, await images(name), { hosts, machines: machines.get(name) ?? [] }, ports, {
      typicalMs: await ports.typicalMs(tx, name),
    }),
  );
  return {
    factsOf: async ({ image, isTrusted }, ahead) => ({
      ...(await facts(image)),
      ahead,
      needsIsolation: !isTrusted && (await unisolated(image)),
    }),
    async drainedFor(name) {
      const found = await images(name);
      const able = found ? hosts.filter(host => isConnectedFor(found, host, ports.now())) : [];
      return able.filter(({ isDraining }) => isDraining).map(host => host.name);
    },
  };
}

function createMemo<Value>(find: (name: string) => Promise<Value>): (name: string) => Promise<Value> {
  const known = new Map<string, Promise<Value>>();
  return name => {
    const value = known.get(name) ?? find(name);
    known.set(name, value);
    return value;
  };
}

function imageFacts(
  image: string,
  found: WaitImage | null,
  all: { hosts: readonly Host[]; machines: readonly Machine[] },
  ports: WaitPorts,
  history: Pick<WaitFacts, 'typicalMs'>,
): Omit<WaitFacts, 'ahead' | 'needsIsolation'> {
  const hosts = found ? all.hosts.filter(host => isConnectedFor(found, host, ports.now())) : [];
  const usable = hosts.filter(({ isDraining }) => !isDraining);
  const onUsable = all.machines.filter(({ hostId }) => usable.some(({ id }) => id === hostId));
  const count = (among: readonly Machine[], ...statuses: string[]) =>
    among.filter(({ state }) => statuses.includes(state.status)).length;
  return {
    image,
    machines: {
      ready: count(onUsable, 'ready'),
      booting: count(onUsable, 'requested', 'booting'),
      busy: count(all.machines, 'busy'),
      retiring: count(all.machines, 'retiring'),
      max: found?.pool.max ?? 0,
    },
    hosts: { connected: hosts.length, usable: usable.length },
    quarantine: quarantineOf(image, usable, ports),
    fetching: fetchingOf(onUsable, usable),
    limit: ports.limitOf(image),
    ...history,
    isUnknown: found === null,
    isPaused: found?.isPaused ?? false,
    isDisabled: found?.isDisabled ?? false,
    isSettling: !ports.isAttentive(),
  };
}

const isConnectedFor = ({ image, pool: { hosts } }: WaitImage, host: Host, now: Instant): boolean =>
  now - host.lastSeenAt < limits.hostSilenceMs &&
  host.drivers.some(({ name }) => name === image.machine.driver) &&
  (!hosts || hosts.includes(host.name));

/** Only while all machines on their way wait for that: another one may be quicker. */
function fetchingOf(machines: readonly Machine[], hosts: readonly Host[]): WaitFacts['fetching'] {
  const coming = machines.filter(({ state }) => isStarting(state) || state.status === 'ready');
  const downloads = coming.flatMap(({ manifest, hostId, state }) => {
    const host = state.status === 'requested' ? hosts.find(({ id }) => id === hostId) : undefined;
    const download = downloadOf(manifest, host?.capacity?.imageFiles ?? null);
    return host && download ? [{ on: host.name, ...download }] : [];
  });
  return downloads.length === coming.length ? (downloads[0] ?? null) : null;
}

/** Null while one host may still start the image; else the host that may be the first to try again. */
function quarantineOf(image: string, hosts: readonly Host[], ports: WaitPorts): WaitFacts['quarantine'] {
  const now = ports.now();
  const backoffs = hosts
    .flatMap(({ id }) => ports.backoffOf(image, id) ?? [])
    .filter(({ until }) => until > now);
  const [first] = backoffs.sort((a, b) => a.until - b.until);
  if (!first || backoffs.length < hosts.length) return null;
  const { until, host, ...failure } = first;
  const on = hosts.find(({ id }) => id === host)?.name ?? 'another host';
  return { untilMs: until - now, on, ...failure };
}
