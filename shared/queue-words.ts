/** Sentences about the queue that the terminal and the pages have in common. All functions are pure. */
import type { Binding, QueuedJob } from './queue-api.ts';

const ordinal = (n: number): string => {
  const tens = n % 100;
  if (tens >= 11 && tens <= 13) return `${n}th`;
  return `${n}${['th', 'st', 'nd', 'rd'][n % 10] ?? 'th'}`;
};

const minutes = (ms: number): string =>
  ms < 60_000 ? 'less than a minute' : `about ${Math.round(ms / 60_000)} min`;

export const queueWords = {
  /** What all jobs that are not in line have in common. */
  blocked: {
    approval: 'a maintainer has to approve the commit before it runs',
    needs: 'other suites of the same commit come first',
    plan: 'its base has changed: whether it has to run is being looked at',
  },
  headings: {
    approval: 'waits for an approval',
    'unknown-image': 'image is not there',
    'not-isolated': 'not isolated enough',
    'image-disabled': 'image is disabled',
    'pool-paused': 'pool is paused',
    'no-host': 'no host',
    'hosts-draining': 'hosts are being drained',
    'not-starting': 'does not start',
    'no-room': 'no room',
    settling: 'coordinator has just started',
    'all-busy': 'at its limit',
    fetching: 'image is being fetched',
    booting: 'machines boot',
    requested: 'machines are requested',
    next: 'about to begin',
    needs: 'waits for another suite',
    plan: 'is being planned',
  } satisfies Record<Binding, string>,
  place: (place: number) => (place === 1 ? 'next' : `${ordinal(place)} in line`),
  eta: minutes,
  /** `3rd in line, about 6 min` */
  standing: ({ place, etaMs }: Pick<QueuedJob, 'place' | 'etaMs'>): string => {
    if (place === null) return '';
    const where = place === 1 ? 'next' : `${ordinal(place)} in line`;
    return etaMs === null ? where : `${where}, ${minutes(etaMs)}`;
  },
  waiting: (count: number, isCut: boolean) =>
    `${isCut ? 'at least ' : ''}${count.toLocaleString('en')} ${count === 1 ? 'job waits' : 'jobs wait'}`,
  nothing: 'nothing waits',
  merging: (count: number) =>
    `${count} pull ${count === 1 ? 'request is' : 'requests are'} in line to be merged`,
} as const;

/** The colour and shape of what binds: for a person to mend, in order, or merely a matter of time. */
export const needsPerson: ReadonlySet<Binding> = new Set([
  'approval',
  'unknown-image',
  'not-isolated',
  'image-disabled',
  'pool-paused',
  'no-host',
  'hosts-draining',
  'no-room',
]);
