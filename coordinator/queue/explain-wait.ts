/** Gathers the facts behind `waitReason` from rows and from what the fleet knows. */

import type { Instant } from '#shared/ids.ts';
import type { ImageManifest } from '#shared/image-manifest.ts';
import { limits } from '#shared/limits.ts';
import { listRecentDurations } from '../store/attempts.ts';
import { listHosts } from '../store/hosts.ts';
import { countAhead, type Job } from '../store/jobs.ts';
import { listLiveMachines } from '../store/machines.ts';
import type { Tx } from '../store/store.ts';
import { waitReason } from './wait-reason.ts';

export type WaitPorts = {
  image(name: string): { manifest: ImageManifest; max: number } | null;
  backoffOf(image: string): { until: Instant; message: string } | null;
  now: () => Instant;
};

const historyLength = 20;

/** The sentence for one queued job, the same for page, terminal and commit status. */
export async function explainWait(tx: Tx, job: Job, ports: WaitPorts): Promise<string> {
  const image = ports.image(job.image);
  const machines = (await listLiveMachines(tx)).filter(machine => machine.image === job.image);
  const count = (...statuses: string[]) =>
    machines.filter(({ state }) => statuses.includes(state.status)).length;
  const hosts = (await listHosts(tx)).filter(
    host =>
      ports.now() - host.lastSeenAt < limits.hostSilenceMs &&
      host.drivers.some(({ name }) => name === image?.manifest.machine.driver),
  );
  const backoff = ports.backoffOf(job.image);
  const durations = (await listRecentDurations(tx, job.image, historyLength)).sort((a, b) => a - b);
  return waitReason({
    image: job.image,
    ahead: await countAhead(tx, job),
    machines: {
      ready: count('ready'),
      booting: count('requested', 'booting'),
      busy: count('busy'),
      retiring: count('retiring'),
      max: image?.max ?? 0,
    },
    hosts: { connected: hosts.length },
    quarantine:
      backoff && backoff.until > ports.now()
        ? { untilMs: backoff.until - ports.now(), message: backoff.message }
        : null,
    typicalMs: durations[Math.floor(durations.length / 2)] ?? null,
    isUnknown: image === null,
    needsIsolation: !job.isTrusted && image?.manifest.machine.driver === 'process',
  });
}
