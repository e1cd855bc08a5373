/** What `paddock host`, `paddock pool` and `paddock machine` say in words of their own, ready for translation. All functions are pure. */

import { fleetWords } from '#shared/fleet-words.ts';
import { limits } from '#shared/limits.ts';

export const fleetTexts = {
  ...fleetWords,
  hints: {
    addHost: 'paddock host add NAME   (at the coordinator; it prints the whole line)',
    hostRun: 'paddock host run --help',
    setHost: (name: string) => `paddock host set ${name} --label site=berlin`,
    machines: 'paddock machine list --all',
    machine: (id: string) => `paddock machine show ${id}`,
    scale: (image: string) => `paddock pool scale ${image} --max 4`,
    why: (image: string) => `paddock pool why ${image}`,
  },
  facts: {
    id: 'id',
    system: 'system',
    free: 'free',
    drivers: 'drivers',
    labels: 'labels',
    resources: 'resources',
    needs: 'needs',
    warm: 'kept ready',
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
  formerImage: 'an image that is no more',
  machines: 'Machines',
  silentFor: (age: string) => (age === 'just now' ? 'went silent just now' : `silent for ${age}`),
  isKnown: (name: string) =>
    `there is a host ${name} already: another computer that joins with this token takes its place`,
  pasteThere: (name: string, minutes: number, at: number) =>
    `paste this line on ${name}, where paddock is installed; it lets one host in, within ${minutes} min (until ${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC):`,
  onlyHere: (url: string) =>
    `${url} is an address of this computer only; for hosts elsewhere the configuration needs listen.machines, listen.nats and machine-url`,
  noCoordinatorForHost:
    "a host agent needs the address of the coordinator's machine listener: --coordinator http://HOST:7071",
  badLibvirt: (text: string) => `${text} is no libvirt of this computer: qemu:///system or qemu:///session`,
  badMirror: (text: string) =>
    `${text} is no mirror: a name or an address, and a port, such as deb.debian.org:80`,
  pasteToken: 'paste the token of `paddock host add`, then press Enter',
  noJoinToken:
    'this computer has no credential yet, and there is no token in PADDOCK_JOIN_TOKEN or on standard input',

  // Pools.
  noPools: 'no image is configured, so there is no pool',
  changed: (age: string, image: string) =>
    `changed by hand ${age === 'just now' ? age : `${age} ago`}, until paddock pool reset ${image}`,
  wish: ({ queued, warm }: { queued: number; warm: number }) =>
    `${queued} for queued jobs, ${warm} kept ready`,
  decisions: 'Decisions',
  setWhat: 'say what to set: --label or --resource',
  nothingChanged: 'nothing was changed; without --dry-run it is',
  scaleWhat: 'say what to scale: --min, --max or --idle',
  quarantined: (text: string, seconds: number) => `${text}${seconds > 0 ? `; next try in ${seconds} s` : ''}`,

  // Machines.
  noMachinesYet: 'there is no machine, and none has failed to start lately',
  since: (status: string, age: string) => `${status} ${age === 'just now' ? age : `for ${age}`}`,
  ago: (age: string) => (age === 'just now' ? age : `${age} ago`),
  console: 'Console',
  screen: 'Display',
  screenAt: (id: string, bytes: number) =>
    `a picture of ${Math.ceil(bytes / 1_024)} KiB: paddock machine show ${id} --screenshot screen.png`,
  screenSaved: (file: string) => `what was on its display is in ${file}`,
  screenNotSaved: (file: string, why: string) => `${file} was not written: ${why}`,
  events: 'Events',
  badMachine: (text: string) => `${text} is no id of a machine`,

  badName: 'expected NAME=…, the name in lower-case letters, digits, ".", "_" or "-"',
  badLabel: 'expected a value of letters, digits, ".", "_" or "-"; none takes the label away',
  badResource: `expected a whole number up to ${limits.hostResource}; 0 takes it away`,
  badCount: 'expected a whole number',
  badIdle: 'expected a duration such as 90s, 10m or 1h',
} as const;
