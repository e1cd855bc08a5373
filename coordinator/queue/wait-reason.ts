/** Why a queued job waits: what binds it, and one sentence that pages, CLI and commit status share. Pure. */
import type { PoolLimit } from '#shared/pool.ts';
import { progressText } from '#shared/quantity-text.ts';
import type { Binding } from '#shared/queue-api.ts';

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

/** What binds a queued job: the first of what stands against it. */
export function bindingOf(facts: WaitFacts): Exclude<Binding, 'approval' | 'needs' | 'plan'> {
  const { ahead, machines, hosts } = facts;
  if (facts.isUnknown) return 'unknown-image';
  if (facts.needsIsolation) return 'isolation';
  if (facts.isDisabled) return 'disabled';
  if (facts.isPaused) return 'paused';
  if (hosts.connected === 0) return facts.isSettling ? 'settling' : 'no-host';
  if (hosts.usable === 0) return 'drained';
  const inUse = machines.ready + machines.booting + machines.busy;
  if (facts.quarantine && inUse === 0) return 'quarantine';
  if (facts.limit !== null && inUse === 0) return 'no-room';
  if (ahead < machines.ready + machines.booting) return comingOf(facts);
  if (inUse + machines.retiring >= machines.max) return 'max-reached';
  return facts.limit === null ? 'requested' : 'no-room';
}

const comingOf = ({ ahead, machines, fetching }: WaitFacts): Binding & ('turn' | 'fetching' | 'booting') => {
  if (fetching) return 'fetching';
  return ahead < machines.ready ? 'turn' : 'booting';
};

/** A sentence without its subject: "waits for …", "3 ahead for …". */
export function waitReason(facts: WaitFacts): string {
  const { image, ahead, machines } = facts;
  const unbound = reasonOfAll(facts);
  if (unbound !== null) return unbound;
  if (ahead > 0) return `${ahead} ahead for ${image}${estimate(facts)}`;
  if (facts.fetching)
    return `next for ${image}, ${facts.fetching.on} fetches its files${progressText(facts.fetching)}`;
  if (machines.booting > 0) return `next for ${image}, its machine boots`;
  if (machines.ready > 0) return `next for ${image}`;
  if (machines.busy + machines.retiring >= machines.max)
    return `next for ${image}, ${allOf(machines.max)} busy${estimate(facts)}`;
  if (facts.limit !== null) return `next for ${image}; no other machine yet: ${facts.limit.text}`;
  return `next for ${image}, a machine is being requested`;
}

/** What holds for every job of the image alike, whatever its place; null: they wait for their turn. */
function reasonOfAll(facts: WaitFacts): string | null {
  const { image, machines } = facts;
  switch (bindingOf(facts)) {
    case 'unknown-image':
      return `no image called ${image} is configured any more; cancel the job or add the image again`;
    case 'isolation':
      return `${image} isolates nothing, so an untrusted change waits; it needs a VM image`;
    case 'disabled':
      return `${image} is disabled by an administrator`;
    case 'paused':
      return `the pool of ${image} is paused`;
    case 'settling':
      return `the coordinator has just started, and no host for ${image} has reported yet`;
    case 'no-host':
      return `no host for ${image} is connected`;
    case 'drained':
      return `every host for ${image} is being drained`;
    case 'quarantine':
      return facts.quarantine && notStarting(facts.quarantine);
    case 'no-room':
      return facts.limit === null || machines.ready + machines.booting + machines.busy > 0
        ? null
        : `no machine of ${image} yet: ${facts.limit.text}`;
    default:
      return null;
  }
}

/** The same of all jobs of an image that one thing binds, whatever their places: "both machines of openbsd-7.9 are busy". */
export function groupReason(facts: WaitFacts): string {
  const { image, machines, fetching, limit } = facts;
  const ofAll = reasonOfAll(facts);
  if (ofAll !== null) return ofAll;
  const inUse = machines.ready + machines.booting + machines.busy + machines.retiring;
  switch (bindingOf(facts)) {
    case 'turn':
      return `a machine of ${image} is ready and takes its next job`;
    case 'fetching':
      return `${fetching?.on} fetches the files of ${image}${progressText(fetching)}`;
    case 'booting':
      return `${counted(machines.booting, 'machine')} of ${image} ${machines.booting === 1 ? 'boots' : 'boot'}`;
    case 'max-reached':
      return machines.max === 1
        ? `${image} may have one machine at once, and it is in use`
        : `${image} may have ${machines.max} machines at once, and all of them are in use`;
    case 'no-room':
      return `${counted(inUse, 'machine')} of ${image} in use, and no other yet: ${limit?.text}`;
    default:
      return `more machines of ${image} are being requested`;
  }
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

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

/** Until its turn, by the history of its image; null: there is none, or it is not a matter of time alone. */
export function etaOf(facts: WaitFacts): number | null {
  const { ahead, typicalMs, machines } = facts;
  if (typicalMs === null || machines.max === 0 || reasonOfAll(facts) !== null) return null;
  return Math.round((ahead / machines.max + 0.5) * typicalMs);
}

function estimate(facts: WaitFacts): string {
  const ms = etaOf(facts);
  if (ms === null) return '';
  const minutes = ms / 60_000;
  return minutes < 1 ? ', less than a minute' : `, about ${Math.round(minutes)} min`;
}
