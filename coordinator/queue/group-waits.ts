/** Waiting jobs by what binds them: one sentence and one remedy for each group, what needs a person first. Pure. */
import { type Binding, binding, type QueueGroup, type Remedy } from '#shared/queue-api.ts';
import { queueWords } from '#shared/queue-words.ts';
import type { WaitingJob } from '../store/waiting-jobs.ts';
import { bindingOf, groupReason, type WaitFacts } from './wait-reason.ts';

/** A job that waits, and what is known of its image; of one that is not in line that is not looked at. */
export type Wait = { job: WaitingJob; facts: WaitFacts | null };

export type WaitGroup = Pick<QueueGroup, 'key' | 'binding' | 'image' | 'limit' | 'text' | 'oldestAt'> & {
  /** The first to go first. */
  waits: Wait[];
};

export function groupWaits(waits: readonly Wait[]): WaitGroup[] {
  const groups = [...Map.groupBy(waits, keyOf)].map(([key, own]) => groupOf(key, own));
  return groups.sort(
    (a, b) => orderOf(a.binding) - orderOf(b.binding) || a.oldestAt - b.oldestAt || (a.key < b.key ? -1 : 1),
  );
}

const orderOf = (of: Binding): number => binding.options.indexOf(of);

const bindingOfWait = ({ job, facts }: Wait): Binding =>
  job.blockedOn ?? (facts === null ? 'requested' : bindingOf(facts));

function keyOf(wait: Wait): string {
  const of = bindingOfWait(wait);
  return wait.job.blockedOn === null ? `${of}.${wait.job.image}` : of;
}

function groupOf(key: string, waits: Wait[]): WaitGroup {
  const [first] = waits;
  if (!first) throw new Error('a group has a job');
  const { job, facts } = first;
  const of = bindingOfWait(first);
  return {
    key,
    binding: of,
    image: job.blockedOn === null ? job.image : null,
    limit: of === 'no-room' ? (facts?.limit?.kind ?? null) : null,
    text: job.blockedOn === null && facts ? groupReason(facts) : queueWords.blocked[job.blockedOn ?? 'needs'],
    oldestAt: waits.reduce((oldest, wait) => Math.min(oldest, wait.job.since), job.since),
    waits,
  };
}

/** What whoever asks may do, and what is known for it. */
export type RemedyFacts = {
  mayFleet: boolean;
  mayImages: boolean;
  mayApprove: boolean;
  /** Hosts of the image that are being drained. */
  drained: readonly string[];
  /** What the planner would do with one machine more; null: not asked. */
  effect: string | null;
};

/** What lets the jobs of a group go on; null: nothing that whoever asks may do. */
export function remedyOf(
  group: Pick<WaitGroup, 'binding' | 'image' | 'limit'>,
  facts: WaitFacts | null,
  { mayFleet, mayImages, mayApprove, drained, effect }: RemedyFacts,
): Remedy | null {
  const { image } = group;
  if (group.binding === 'approval')
    return mayApprove ? { type: 'approve', command: 'paddock approve COMMIT' } : null;
  if (image === null || facts === null) return null;
  switch (group.binding) {
    case 'image-disabled':
      return mayImages ? { type: 'enable-image', image, command: `paddock image enable ${image}` } : null;
    case 'pool-paused':
      return mayFleet ? { type: 'resume-pool', image, command: `paddock pool resume ${image}` } : null;
    case 'all-busy':
      return mayFleet ? scaled(image, facts.machines.max + 1, effect) : null;
    case 'no-host':
      return mayFleet ? { type: 'add-host', command: 'paddock host add NAME' } : null;
    case 'no-room':
      return mayFleet && group.limit === 'no-host'
        ? { type: 'add-host', command: 'paddock host add NAME' }
        : null;
    case 'hosts-draining':
      return mayFleet ? resumed(drained[0]) : null;
    default:
      return null;
  }
}

const scaled = (image: string, max: number, effect: string | null): Remedy => ({
  ...{ type: 'scale-pool', image, max, effect },
  command: `paddock pool scale ${image} --max ${max}`,
});

const resumed = (host: string | undefined): Remedy | null =>
  host === undefined ? null : { type: 'resume-host', host, command: `paddock host resume ${host}` };
