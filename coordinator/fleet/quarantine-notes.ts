/**
 * Who came into quarantine and who is out of it since it was last written down. Kept in memory, like what it follows from: a
 * restarted coordinator gives everybody another chance.
 */
import type { HostId } from '#shared/ids.ts';
import type { Quarantine, Quarantines } from './quarantine.ts';

export type QuarantineNews = {
  type: 'image.quarantined' | 'image.released' | 'host.quarantined' | 'host.released';
  image?: string;
  host?: HostId;
  reason: string;
};

export type QuarantineNotes = {
  news(now: Quarantines, nameOf: (host: HostId) => string): QuarantineNews[];
  /** These are written down. */
  noted(now: Quarantines): void;
};

type Held = { images: ReadonlyMap<string, Quarantine>; hosts: ReadonlyMap<HostId, Quarantine> };

export function createQuarantineNotes(): QuarantineNotes {
  let last: Held = { images: new Map(), hosts: new Map() };
  return {
    news: ({ images, hosts, upSince }, nameOf) => [
      ...changesIn(last.images, images, upSince.images).map(([image, what, reason]) => ({
        type: `image.${what}` as const,
        image,
        reason: reason ?? imageReason(images.get(image), nameOf),
      })),
      ...changesIn(last.hosts, hosts, upSince.hosts).map(([host, what, reason]) => ({
        type: `host.${what}` as const,
        host,
        reason: reason ?? hostReason(hosts.get(host)),
      })),
    ],
    noted({ images, hosts }) {
      last = { images, hosts };
    },
  };
}

type Change<Key> = [Key, 'quarantined', null] | [Key, 'released', string];

function changesIn<Key>(
  before: ReadonlyMap<Key, Quarantine>,
  now: ReadonlyMap<Key, Quarantine>,
  upSince: ReadonlyMap<Key, number>,
): Change<Key>[] {
  const added = [...now.keys()].filter(key => !before.has(key));
  const gone = [...before].filter(([key]) => !now.has(key));
  return [
    ...added.map((key): Change<Key> => [key, 'quarantined', null]),
    ...gone.map(([key, { failures }]): Change<Key> => {
      const isUp = (upSince.get(key) ?? 0) > failures[0].madeAt;
      return [key, 'released', isUp ? 'a machine that was made since then is up' : otherwise];
    }),
  ];
}

const otherwise = 'what failed is put down to something else, or forgotten';
const oneAtATime = 'one machine at a time is tried until one is up';

/** Where and why an image does not start. */
export const imageReason = (quarantine: Quarantine | undefined, nameOf: (host: HostId) => string): string =>
  quarantine
    ? `it failed to start on ${quarantine.failures.map(({ host }) => nameOf(host)).join(', ')}: ${quarantine.failures[0].message}; ${oneAtATime}`
    : '';

/** What does not start on a host, and why. */
export const hostReason = (quarantine: Quarantine | undefined): string =>
  quarantine
    ? `${quarantine.failures.map(({ image }) => image).join(', ')} failed to start there: ${quarantine.failures[0].message}; ${oneAtATime}`
    : '';
