/** Why a queued job waits, in one sentence that UI, CLI and commit status share. Pure. */
import { progressText } from '#shared/quantity-text.ts';

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
  limit: string | null;
  /** Median lease-to-end of the image's last attempts, null without history. */
  typicalMs: number | null;
  /** The image is not in the configuration any more. */
  isUnknown: boolean;
  /** An administrator lets its pool have no machines for now. */
  isPaused: boolean;
  isDisabled: boolean;
  needsIsolation: boolean;
};

/** A sentence without its subject: "waits for …", "3 ahead for …". */
export function waitReason(facts: WaitFacts): string {
  const { image, ahead, machines, hosts } = facts;
  if (facts.isUnknown)
    return `no image called ${image} is configured any more; cancel the job or add the image again`;
  if (facts.needsIsolation)
    return `${image} isolates nothing, so an untrusted change waits; it needs a VM image`;
  if (facts.isDisabled) return `${image} is disabled by an administrator`;
  if (facts.isPaused) return `the pool of ${image} is paused`;
  if (hosts.connected === 0) return `no host for ${image} is connected`;
  if (hosts.usable === 0) return `every host for ${image} is being drained`;
  if (facts.quarantine && machines.ready + machines.booting + machines.busy === 0)
    return notStarting(facts.quarantine);
  if (facts.limit !== null && machines.ready + machines.booting + machines.busy === 0)
    return `no machine of ${image} yet: ${facts.limit}`;
  if (ahead > 0) return `${ahead} ahead for ${image}${estimate(ahead, facts)}`;
  if (facts.fetching)
    return `next for ${image}, ${facts.fetching.on} fetches its files${progressText(facts.fetching)}`;
  if (machines.booting > 0) return `next for ${image}, its machine boots`;
  if (machines.ready > 0) return `next for ${image}`;
  if (machines.busy + machines.retiring >= machines.max)
    return `next for ${image}, ${allOf(machines.max)} busy${estimate(0, facts)}`;
  if (facts.limit !== null) return `next for ${image}; no other machine yet: ${facts.limit}`;
  return `next for ${image}, a machine is being requested`;
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

function estimate(ahead: number, { typicalMs, machines }: WaitFacts): string {
  if (typicalMs === null || machines.max === 0) return '';
  const minutes = ((ahead / machines.max + 0.5) * typicalMs) / 60_000;
  return minutes < 1 ? ', less than a minute' : `, about ${Math.round(minutes)} min`;
}
