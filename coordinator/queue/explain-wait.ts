/** Gathers the facts behind `waitReason` from rows and from what the fleet knows. */

import type { HostId, Instant } from '#shared/ids.ts';
import type { ImageManifest } from '#shared/image-manifest.ts';
import { limits } from '#shared/limits.ts';
import { type Host, listHosts } from '../store/hosts.ts';
import { countAhead, type Job } from '../store/jobs.ts';
import { listLiveMachines, type Machine } from '../store/machines.ts';
import type { Tx } from '../store/store.ts';
import type { TypicalTimes } from './typical-times.ts';
import { type WaitFacts, waitReason } from './wait-reason.ts';

/** An image and the limits of its pool; without `hosts` any host may have its machines. */
export type WaitImage = { manifest: ImageManifest; max: number; hosts?: string[] | undefined };

export type WaitPorts = {
  image(name: string): WaitImage | null;
  backoffOf(image: string, host: HostId): { until: Instant; message: string } | null;
  typicalMs: TypicalTimes;
  now: () => Instant;
};

/** The sentence for one queued job, the same for page, terminal and commit status. */
export async function explainWait(tx: Tx, job: Job, ports: WaitPorts): Promise<string> {
  const image = ports.image(job.image);
  const hosts = image ? (await listHosts(tx)).filter(host => isConnectedFor(image, host, ports.now())) : [];
  const usable = hosts.filter(({ isDraining }) => !isDraining);
  const machines = (await listLiveMachines(tx)).filter(machine => machine.image === job.image);
  const onUsable = machines.filter(({ hostId }) => usable.some(({ id }) => id === hostId));
  const count = (among: readonly Machine[], ...statuses: string[]) =>
    among.filter(({ state }) => statuses.includes(state.status)).length;
  return waitReason({
    image: job.image,
    ahead: await countAhead(tx, job),
    machines: {
      ready: count(onUsable, 'ready'),
      booting: count(onUsable, 'requested', 'booting'),
      busy: count(machines, 'busy'),
      retiring: count(machines, 'retiring'),
      max: image?.max ?? 0,
    },
    hosts: { connected: hosts.length, usable: usable.length },
    quarantine: quarantineOf(job.image, usable, ports),
    typicalMs: await ports.typicalMs(tx, job.image),
    isUnknown: image === null,
    needsIsolation: !job.isTrusted && image?.manifest.machine.driver === 'process',
  });
}

const isConnectedFor = ({ manifest, hosts }: WaitImage, host: Host, now: Instant): boolean =>
  now - host.lastSeenAt < limits.hostSilenceMs &&
  host.drivers.some(({ name }) => name === manifest.machine.driver) &&
  (!hosts || hosts.includes(host.name));

/** Null while one host may still start the image; else the host that may be the first to try again. */
function quarantineOf(image: string, hosts: readonly Host[], ports: WaitPorts): WaitFacts['quarantine'] {
  const now = ports.now();
  const backoffs = hosts
    .flatMap(({ id }) => ports.backoffOf(image, id) ?? [])
    .filter(({ until }) => until > now);
  const [first] = backoffs.sort((a, b) => a.until - b.until);
  if (!first || backoffs.length < hosts.length) return null;
  return { untilMs: first.until - now, message: first.message };
}
