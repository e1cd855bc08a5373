/** Sentences about hosts and pools that the terminal and the pages have in common. All functions are pure. */
import type { EventView } from './api.ts';
import { type HostTraits, labelText } from './host-traits.ts';

const needText = ([name, count]: readonly [string, number]): string => `${count} ${name}`;

type Limits = { warm: number; max: number; idleMs: number };

const idleText = (ms: number): string => (ms % 60_000 === 0 ? `${ms / 60_000} min` : `${ms / 1_000} s`);

/** Measured: docs/hosts-and-pools.md. */
const slowness = 'emulated programs take five to twenty times as long';

export const fleetWords = {
  connected: 'connected',
  draining: 'draining',
  inQuarantine: 'quarantined',
  neverSeen: 'has not reported yet',
  noMachines: 'no machine',
  room: ({ cpus, memory, disk }: { cpus: string; memory: string; disk: string }) =>
    `${cpus} CPUs, ${memory} memory, ${disk} disk`,
  labels: (labels: Readonly<Record<string, string>>) => Object.entries(labels).map(labelText).join(', '),
  resources: (resources: Readonly<Record<string, { total: number; free: number }>>) =>
    Object.entries(resources)
      .map(([name, { total, free }]) => `${free} of ${total} ${name}`)
      .join(', '),
  needs: ({ labels, resources }: HostTraits) =>
    [...Object.entries(labels).map(labelText), ...Object.entries(resources).map(needText)].join(', '),
  driver: (name: string, isolation: string) => {
    if (isolation === '') return `${name} driver`;
    return `${name} (${isolation === 'none' ? 'isolates nothing' : isolation})`;
  },
  processor: (arch: string, isEmulated: boolean) => (isEmulated ? `${arch} emulated` : `${arch} on KVM`),
  slowness,
  machinesOf: (count: number, max: number) => `${count} of ${max} machines`,
  kept: (warm: number) => (warm === 0 ? '' : `${warm} kept ready`),
  queued: (count: number) => `${count} queued`,
  paused: 'paused',
  scaled: 'scaled by hand',
  limitsOf: ({ warm, max, idleMs }: Limits) =>
    `at most ${max}, ${warm} kept ready, idle ones go after ${idleText(idleMs)}`,
  keepsNone: (image: string, warm: number) =>
    `${image} says \`warm: none\`, so none are kept ready; configured are ${warm}`,
  missing: (count: number, why: string) => `${count} short: ${why}`,
  roomForMore: (room: number, why: string) =>
    room === 0 ? `no room for one more: ${why}` : `room for ${room} more; then ${why}`,
  emulatedOn: (hosts: string) => `${hosts} would emulate its processor: ${slowness}`,
  noDecisions: 'nothing has been decided yet',
  failed: 'failed to start',
  consoleEmpty: 'nothing was written on it',
  noConsole: 'not kept: it reported in, it is not over, or its host had none to hand over',
} as const;

type Counts = Readonly<Record<string, number>>;

const order = ['requested', 'booting', 'ready', 'busy', 'retiring'];

/** How many machines have each status, in the order of a machine's life; only what there is. */
export const countsInOrder = (counts: Counts): { status: string; count: number }[] =>
  order.flatMap(status => (counts[status] ? [{ status, count: counts[status] }] : []));

export const machinesIn = (counts: Counts): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);

/** Why something was decided; without a reason what it was decided with. */
export function reasonOf({ data = {} }: Pick<EventView, 'data'>): string {
  const { reason, ...facts } = data;
  if (typeof reason === 'string') return reason;
  return Object.entries(facts)
    .map(([name, value]) => `${name}=${factText(value)}`)
    .join(' ');
}

const factText = (value: unknown): string =>
  typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
