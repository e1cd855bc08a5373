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
export const explainWait = (tx: Tx, job: Job, ports: WaitPorts): Promise<string | null> =>
  job.state.status === 'blocked' ? explainNeeds(tx, job) : explainQueue(tx, job, ports);

async function explainQueue(tx: Tx, job: Job, ports: WaitPorts): Promise<string> {
  const facts = await waitFacts(tx, job, await seenNow(tx), ports);
  const typicalMs = await ports.typicalMs(tx, job.image);
  return waitReason({ ...facts, ahead: await countAhead(tx, job), typicalMs });
}

export type Seen = { hosts: readonly Host[]; machines: readonly Machine[] };

export const seenNow = async (tx: Tx): Promise<Seen> => ({
  hosts: await listHosts(tx),
  machines: await listLiveMachines(tx),
});

/** Of a job of the image that is the first in its line; says nothing of how long jobs take. */
export async function waitFacts(
  tx: Tx,
  job: Pick<Job, 'image' | 'isTrusted'>,
  seen: Seen,
  ports: Omit<WaitPorts, 'typicalMs'>,
): Promise<WaitFacts> {
  const found = await ports.image(tx, job.image);
  const hosts = found ? seen.hosts.filter(host => isConnectedFor(found, host, ports.now())) : [];
  const usable = hosts.filter(({ isDraining }) => !isDraining);
  const machines = seen.machines.filter(machine => machine.image === job.image);
  const onUsable = machines.filter(({ hostId }) => usable.some(({ id }) => id === hostId));
  const count = (among: readonly Machine[], ...statuses: string[]) =>
    among.filter(({ state }) => statuses.includes(state.status)).length;
  return {
    image: job.image,
    ahead: 0,
    machines: {
      ready: count(onUsable, 'ready'),
      booting: count(onUsable, 'requested', 'booting'),
      busy: count(machines, 'busy'),
      retiring: count(machines, 'retiring'),
      max: found?.pool.max ?? 0,
    },
    hosts: { connected: hosts.length, usable: usable.length },
    quarantine: quarantineOf(job.image, usable, ports),
    fetching: fetchingOf(onUsable, usable),
    limit: ports.limitOf(job.image),
    typicalMs: null,
    isUnknown: found === null,
    isPaused: found?.isPaused ?? false,
    isDisabled: found?.isDisabled ?? false,
    isSettling: !ports.isAttentive(),
    needsIsolation: !job.isTrusted && (await ports.isUnisolated(tx, job.image)),
  };
}

/** Hosts and machines of one moment: read once, however many jobs they are to explain. */
export type WaitLook = {
  factsOf(job: Pick<Job, 'image' | 'isTrusted'>, ahead: number): Promise<WaitFacts>;
  /** Names of the hosts that could have machines of the image and are being drained. */
  drainedFor(image: string): Promise<string[]>;
};

export async function lookAtWaits(tx: Tx, ports: WaitPorts): Promise<WaitLook> {
  const seen = await seenNow(tx);
  const known = new Map<string, Promise<WaitFacts>>();
  const find = async (job: Pick<Job, 'image' | 'isTrusted'>) => ({
    ...(await waitFacts(tx, job, seen, ports)),
    typicalMs: await ports.typicalMs(tx, job.image),
  });
  return {
    async factsOf(job, ahead) {
      const key = `${job.image} ${job.isTrusted}`;
      const facts = known.get(key) ?? find(job);
      known.set(key, facts);
      return { ...(await facts), ahead };
    },
    async drainedFor(name) {
      const found = await ports.image(tx, name);
      const able = found ? seen.hosts.filter(host => isConnectedFor(found, host, ports.now())) : [];
      return able.filter(({ isDraining }) => isDraining).map(host => host.name);
    },
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
function quarantineOf(
  image: string,
  hosts: readonly Host[],
  ports: Pick<WaitPorts, 'backoffOf' | 'now'>,
): WaitFacts['quarantine'] {
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
