/**
 * Who is to blame when machines do not start. Pure. A failure is of one image on one host, and either may be at fault: an
 * image that fails on several hosts is, and so is a host on which several images fail. What explains most of the failures is
 * taken first, the image where both explain as many; what it explains is held against nobody else.
 * A machine that was made later and is up clears its image and its host: where many start at a time some fail, and are given up
 * long after younger ones have come up.
 * Invariants: nothing is quarantined for less than two failures of its own that no such machine has cleared it of; in quarantine
 * there is one try at a time, and more time between tries with each that fails.
 */
import type { HostId, Instant, MachineId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';

export type BootFailure = {
  image: string;
  host: HostId;
  /** The newest that failed, and when it was asked for. */
  machine: MachineId;
  madeAt: Instant;
  message: string;
  /** Tries that failed since the last success. */
  count: number;
  /** When the newest had failed. */
  at: Instant;
};

/** Nothing is started before `until`, because this machine of this image failed on this host. */
export type Backoff = Pick<BootFailure, 'image' | 'host' | 'machine' | 'message'> & { until: Instant };

export type Quarantine = {
  /** Nothing is tried before this. */
  until: Instant;
  /** What it is in quarantine for, newest first; at least two. */
  failures: readonly [BootFailure, BootFailure, ...BootFailure[]];
};

/** From when the newest machine is that came up. */
export type UpSince = { images: ReadonlyMap<string, Instant>; hosts: ReadonlyMap<HostId, Instant> };

export type Quarantines = {
  images: ReadonlyMap<string, Quarantine>;
  hosts: ReadonlyMap<HostId, Quarantine>;
  upSince: UpSince;
};

/** Twice as long with each try that failed. */
export const pauseAfter = (count: number): number =>
  Math.min(limits.bootRetryFirstMs * 2 ** (count - 1), limits.bootRetryMaxMs);

/** What holds the image back on the host for the longest; null when nothing does. `until` may have passed. */
export function backoffIn(
  failures: readonly BootFailure[],
  { images, hosts }: Pick<Quarantines, 'images' | 'hosts'>,
  image: string,
  host: HostId,
): Backoff | null {
  const own = failures.find(failure => failure.image === image && failure.host === host);
  const held = [images.get(image), hosts.get(host)].flatMap(quarantine =>
    quarantine ? [{ ...quarantine.failures[0], until: quarantine.until }] : [],
  );
  const all = own ? [{ ...own, until: own.at + pauseAfter(own.count) }, ...held] : held;
  return all.sort((a, b) => b.until - a.until)[0] ?? null;
}

export function quarantinesIn(failures: readonly BootFailure[], upSince: UpSince): Quarantines {
  const images = new Map<string, Quarantine>();
  const hosts = new Map<HostId, Quarantine>();
  let open = [...failures].sort((a, b) => b.at - a.at || (a.machine < b.machine ? 1 : -1));
  for (;;) {
    const [image, host] = [
      mostOf(open, ({ image }) => image, upSince.images),
      mostOf(open, ({ host }) => host, upSince.hosts),
    ];
    if (!image && !host) return { images, hosts, upSince };
    const isImages = image !== null && (host === null || image.own.length >= host.own.length);
    if (isImages) images.set(image.key, quarantineFor(image.own));
    else if (host) hosts.set(host.key, quarantineFor(host.own));
    const explained = new Set(isImages ? image.own : host?.own);
    open = open.filter(failure => !explained.has(failure));
  }
}

type Own<Key> = { key: Key; own: Quarantine['failures'] };

/** Whoever has the most failures, two at least, that no success has cleared it of. */
function mostOf<Key extends string>(
  failures: readonly BootFailure[],
  keyOf: (failure: BootFailure) => Key,
  upSince: ReadonlyMap<Key, Instant>,
): Own<Key> | null {
  let most: Own<Key> | null = null;
  const counted = failures.filter(failure => failure.madeAt >= (upSince.get(keyOf(failure)) ?? 0));
  for (const [key, own] of Map.groupBy(counted, keyOf)) {
    const [first, second, ...more] = own;
    if (first && second && own.length > (most?.own.length ?? 0))
      most = { key, own: [first, second, ...more] };
  }
  return most;
}

function quarantineFor(failures: Quarantine['failures']): Quarantine {
  const tries = failures.reduce((sum, { count }) => sum + count, 0);
  return { until: failures[0].at + pauseAfter(tries), failures };
}
