/** Why a queued job waits: a word for numbers, and one sentence that UI, CLI and commit status share. Pure. */
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

/** The first that is true of the job; the table of sentences below has one for each. */
export function waitKind(facts: WaitFacts): WaitKind {
  const { machines, hosts } = facts;
  const hasNone = machines.ready + machines.booting + machines.busy === 0;
  if (facts.isUnknown) return 'unknown-image';
  if (facts.needsIsolation) return 'not-isolated';
  if (facts.isDisabled) return 'image-disabled';
  if (facts.isPaused) return 'pool-paused';
  if (hosts.connected === 0) return 'no-host';
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
  'no-host': ({ image }) => `no host for ${image} is connected`,
  'hosts-draining': ({ image }) => `every host for ${image} is being drained`,
  'not-starting': ({ quarantine }) => notStarting(present(quarantine)),
  'no-room': ({ image, limit, machines: { ready, booting, busy } }) =>
    ready + booting + busy === 0
      ? `no machine of ${image} yet: ${present(limit)}`
      : `next for ${image}; no other machine yet: ${present(limit)}`,
  behind: facts => `${facts.ahead} ahead for ${facts.image}${estimate(facts.ahead, facts)}`,
  fetching: ({ image, fetching }) =>
    `next for ${image}, ${present(fetching).on} fetches its files${progressText(present(fetching))}`,
  booting: ({ image }) => `next for ${image}, its machine boots`,
  next: ({ image }) => `next for ${image}`,
  'all-busy': facts => `next for ${facts.image}, ${allOf(facts.machines.max)} busy${estimate(0, facts)}`,
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

function estimate(ahead: number, { typicalMs, machines }: WaitFacts): string {
  if (typicalMs === null || machines.max === 0) return '';
  const minutes = ((ahead / machines.max + 0.5) * typicalMs) / 60_000;
  return minutes < 1 ? ', less than a minute' : `, about ${Math.round(minutes)} min`;
}
