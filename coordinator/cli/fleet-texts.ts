/** What `paddock host`, `paddock pool` and `paddock machine` say in words of their own, ready for translation. All functions are pure. */

type Limits = { warm: number; max: number; idleMs: number };

const idleText = (ms: number): string => (ms % 60_000 === 0 ? `${ms / 60_000} min` : `${ms / 1_000} s`);

/** Measured: docs/hosts-and-pools.md. */
const slowness = 'emulated programs take five to twenty times as long';

export const fleetTexts = {
  hints: {
    addHost: 'paddock host add NAME   (at the coordinator; it prints the whole line)',
    hostRun: 'paddock host run --help',
    machines: 'paddock machine list --all',
    machine: (id: string) => `paddock machine show ${id}`,
    scale: (image: string) => `paddock pool scale ${image} --max 4`,
  },
  facts: {
    id: 'id',
    system: 'system',
    free: 'free',
    drivers: 'drivers',
    holds: 'holds',
    configured: 'configured',
    hosts: 'hosts',
    there: 'there',
    wanted: 'wanted',
    limit: 'limit',
    quarantine: 'quarantine',
    fetches: 'fetches',
    cannotFetch: 'not fetched',
    failing: 'failing',
    see: 'see',
    image: 'image',
    host: 'host',
    made: 'made',
    reason: 'reason',
    diagnosis: 'diagnosis',
    attempt: 'attempt',
    processors: 'processors',
    speed: 'speed',
  },

  // Hosts.
  noHosts: 'no host has joined yet',
  noMachines: 'no machine',
  formerImage: 'an image that is no more',
  machines: 'Machines',
  neverSeen: 'has not reported yet',
  connected: 'connected',
  silentFor: (age: string) => (age === 'just now' ? 'went silent just now' : `silent for ${age}`),
  draining: 'draining',
  room: ({ cpus, memory, disk }: { cpus: string; memory: string; disk: string }) =>
    `${cpus} CPUs, ${memory} memory, ${disk} disk`,
  driver: (name: string, isolation: string) => {
    if (isolation === '') return `${name} driver`;
    return `${name} (${isolation === 'none' ? 'isolates nothing' : isolation})`;
  },
  processor: (arch: string, isEmulated: boolean) => (isEmulated ? `${arch} emulated` : `${arch} on KVM`),
  slowness,
  isKnown: (name: string) =>
    `there is a host ${name} already: another computer that joins with this token takes its place`,
  pasteThere: (name: string, minutes: number, at: number) =>
    `paste this line on ${name}, where paddock is installed; it lets one host in, within ${minutes} min (until ${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC):`,
  onlyHere: (url: string) =>
    `${url} is an address of this computer only; for hosts elsewhere the configuration needs listen.machines, listen.nats and machine-url`,
  noCoordinatorForHost:
    "a host agent needs the address of the coordinator's machine listener: --coordinator http://HOST:7071",
  badLibvirt: (text: string) => `${text} is no libvirt of this computer: qemu:///system or qemu:///session`,
  pasteToken: 'paste the token of `paddock host add`, then press Enter',
  noJoinToken:
    'this computer has no credential yet, and there is no token in PADDOCK_JOIN_TOKEN or on standard input',

  // Pools.
  noPools: 'no image is configured, so there is no pool',
  machinesOf: (count: number, max: number) => `${count} of ${max} machines`,
  kept: (warm: number) => (warm === 0 ? '' : `${warm} kept ready`),
  queued: (count: number) => `${count} queued`,
  paused: 'paused',
  scaled: 'scaled by hand',
  limitsOf: ({ warm, max, idleMs }: Limits) =>
    `at most ${max}, ${warm} kept ready, idle ones go after ${idleText(idleMs)}`,
  changed: (age: string, image: string) =>
    `changed by hand ${age === 'just now' ? age : `${age} ago`}, until paddock pool reset ${image}`,
  wish: ({ queued, warm }: { queued: number; warm: number }) =>
    `${queued} for queued jobs, ${warm} kept ready`,
  missing: (count: number, why: string) => `${count} short: ${why}`,
  roomForMore: (room: number, why: string) =>
    room === 0 ? `no room for one more: ${why}` : `room for ${room} more; then ${why}`,
  emulatedOn: (hosts: string) => `${hosts} would emulate its processor: ${slowness}`,
  decisions: 'Decisions',
  noDecisions: 'nothing has been decided yet',
  scaleWhat: 'say what to scale: --min, --max or --idle',
  inQuarantine: 'quarantined',
  quarantined: (text: string, seconds: number) => `${text}${seconds > 0 ? `; next try in ${seconds} s` : ''}`,

  // Machines.
  noMachinesYet: 'there is no machine, and none has failed to start lately',
  failed: 'failed to start',
  since: (status: string, age: string) => `${status} ${age === 'just now' ? age : `for ${age}`}`,
  ago: (age: string) => (age === 'just now' ? age : `${age} ago`),
  console: 'Console',
  consoleEmpty: 'nothing was written on it',
  noConsole: 'not kept: it reported in, it is not over, or its host had none to hand over',
  events: 'Events',
  badMachine: (text: string) => `${text} is no id of a machine`,

  badCount: 'expected a whole number',
  badIdle: 'expected a duration such as 90s, 10m or 1h',
} as const;
