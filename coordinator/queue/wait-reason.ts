/** Why a queued job waits: a word for numbers, and one sentence that UI, CLI and commit status share. Pure. */
import type { PoolLimit } from '#shared/pool.ts';
import { progressText } from '#shared/quantity-text.ts';
import type { WaitKind } from '#shared/wait-kind.ts';

export type WaitFacts = {
  image: string;
  /** Queued jobs for the image that go first. */
  ahead: number;
  machines: { ready: number; booting: number; busy: number; retiring: number; max: number };
  /** Connected hosts that could have the machine, and those of them that are not being drained. */
  hosts: { connected: number; usable: number };
  /** Until when no machine of the image is started after failures, and why; null when nothing is wrong. */
  quarantine: { untilMs: number; image: string; on: string; machine: string; message: string } | null;
  /** A host that fetches files of the image for a machine that it is to make; null: none does. */
  fetching: { on: string; bytes: number; totalBytes: number | null } | null;
  /** What keeps the planner from making another machine, in its words; null: nothing, or how many there may be. */
  limit: { kind: PoolLimit; text: string } | null;
  /** Median lease-to-end of the image's last attempts, null without history. */
  typicalMs: number | null;
  /** The image is not in the configuration any more. */
  isUnknown: boolean;
  /** An administrator lets its pool have no machines for now. */
  isPaused: boolean;
  isDisabled: boolean;
  needsIsolation: boolean;
  /** We have just come, so that the silence of a host says nothing yet. */
  isSettling: boolean;
};

/** The first that is true of the job; the table of sentences below has one for each. */
export function waitKind(facts: WaitFacts): WaitKind {
  const { machines, hosts } = facts;
  const hasNone = machines.ready + machines.booting + machines.busy === 0;
  if (facts.isUnknown) return 'unknown-image';
  if (facts.needsIsolation) return 'not-isolated';
  if (facts.isDisabled) return 'image-disabled';
  if (facts.isPaused) return 'pool-paused';
  if (hosts.connected === 0) return facts.isSettling ? 'settling' : 'no-host';
  if (hosts.usable === 0) return 'hosts-draining';
  if (facts.quarantine && hasNone) return 'not-starting';
  if (facts.limit !== null && hasNone) return 'no-room';
  if (facts.ahead > 0) return 'behind';
  if (facts.fetching) return 'fetching';
  if (machines.booting > 0) return 'booting';
  if (machines.ready > 0) return 'next';
  if (machines.busy + machines.retiring >= machines.max) return 'all-busy';
  return facts.limit === null ? 'requested' : 'no-room';
}

const sentences: Record<WaitKind, (facts: WaitFacts) => string> = {
  'unknown-image': ({ image }) =>
    `no image called ${image} is configured any more; cancel the job or add the image again`,
  'not-isolated': ({ image }) =>
    `${image} isolates nothing, so an untrusted change waits; it needs a VM image`,
  'image-disabled': ({ image }) => `${image} is disabled by an administrator`,
  'pool-paused': ({ image }) => `the pool of ${image} is paused`,
  settling: ({ image }) => `the coordinator has just started, and no host for ${image} has reported yet`,
  'no-host': ({ image }) => `no host for ${image} is connected`,
  'hosts-draining': ({ image }) => `every host for ${image} is being drained`,
  'not-starting': ({ quarantine }) => notStarting(present(quarantine)),
  'no-room': ({ image, limit, machines: { ready, booting, busy } }) =>
    ready + booting + busy === 0
      ? `no machine of ${image} yet: ${present(limit).text}`
      : `next for ${image}; no other machine yet: ${present(limit).text}`,
  behind: facts => `${facts.ahead} ahead for ${facts.image}${estimate(facts)}`,
  fetching: ({ image, fetching }) =>
    `next for ${image}, ${present(fetching).on} fetches its files${progressText(present(fetching))}`,
  booting: ({ image }) => `next for ${image}, its machine boots`,
  next: ({ image }) => `next for ${image}`,
  'all-busy': facts => `next for ${facts.image}, ${allOf(facts.machines.max)} busy${estimate(facts)}`,
  requested: ({ image }) => `next for ${image}, a machine is being requested`,
};

/** A sentence without its subject: "waits for …", "3 ahead for …". */
export const waitReason = (facts: WaitFacts): string => sentences[waitKind(facts)](facts);

/** What the word that was chosen says is there. */
function present<Value>(value: Value | null): Value {
  if (value === null) throw new Error('a job waits for something that is not there');
  return value;
}

const notStarting = ({
  untilMs,
  image,
  on,
  machine,
  message,
}: NonNullable<WaitFacts['quarantine']>): string =>
  `${image} failed to start on ${on}: ${message}; next try in ${Math.ceil(untilMs / 1_000)} s; see paddock machine show ${machine}`;

function allOf(max: number): string {
  if (max === 1) return 'its only machine is';
  return max === 2 ? 'both machines are' : `all ${max} machines are`;
}

/** What holds for every job of the image alike, whatever its place. */
const ofAll: ReadonlySet<WaitKind> = new Set([
  'unknown-image',
  'not-isolated',
  'image-disabled',
  'pool-paused',
  'settling',
  'no-host',
  'hosts-draining',
  'not-starting',
]);

const inUseOf = ({ machines: { ready, booting, busy } }: WaitFacts): number => ready + booting + busy;

/** Whether the job waits for its turn, and not for something to change. */
export const isInLine = (facts: WaitFacts): boolean =>
  !ofAll.has(waitKind(facts)) && !(facts.limit !== null && inUseOf(facts) === 0);

/** What binds a job in the line, by how far behind it stands: a machine that comes, the most there may be, or the hosts. */
export function bindingOf(facts: WaitFacts): Exclude<WaitKind, 'behind'> {
  const { ahead, machines, limit } = facts;
  const kind = waitKind(facts);
  if (!isInLine(facts) && kind !== 'behind') return kind;
  if (ahead < machines.ready + machines.booting) {
    if (facts.fetching) return 'fetching';
    return ahead < machines.ready ? 'next' : 'booting';
  }
  if (inUseOf(facts) + machines.retiring >= machines.max) return 'all-busy';
  return limit === null ? 'requested' : 'no-room';
}

/** One sentence for all jobs that the same binds, whatever their places. */
export function groupReason(facts: WaitFacts): string {
  const { image, machines, fetching, limit } = facts;
  if (!isInLine(facts)) return waitReason(facts);
  const inUse = inUseOf(facts) + machines.retiring;
  switch (bindingOf(facts)) {
    case 'next':
      return `a machine of ${image} is ready and takes its next job`;
    case 'fetching':
      return `${present(fetching).on} fetches the files of ${image}${progressText(fetching)}`;
    case 'booting':
      return `${counted(machines.booting)} of ${image} ${machines.booting === 1 ? 'boots' : 'boot'}`;
    case 'all-busy':
      return machines.max === 1
        ? `${image} may have one machine at once, and it is in use`
        : `${image} may have ${machines.max} machines at once, and all of them are in use`;
    case 'no-room':
      return `${counted(inUse)} of ${image} in use, and no other yet: ${present(limit).text}`;
    default:
      return `more machines of ${image} are being requested`;
  }
}

const counted = (count: number): string => `${count} ${count === 1 ? 'machine' : 'machines'}`;

/** Until its turn, by the history of its image; null: there is none, or it is not a matter of time alone. */
export function etaOf(facts: WaitFacts): number | null {
  const { ahead, typicalMs, machines } = facts;
  if (typicalMs === null || machines.max === 0 || !isInLine(facts)) return null;
  return Math.round((ahead / machines.max + 0.5) * typicalMs);
}

function estimate(facts: WaitFacts): string {
  const ms = etaOf(facts);
  if (ms === null) return '';
  const minutes = ms / 60_000;
  return minutes < 1 ? ', less than a minute' : `, about ${Math.round(minutes)} min`;
}
