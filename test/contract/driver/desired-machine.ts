import { typeid } from 'typeid-js';
import type { DesiredMachine } from '#shared/host-messages.ts';
import { type HostId, hostId, type MachineId, machineId } from '#shared/ids.ts';
import { type DriverName, type ImageManifestInput, imageManifest } from '#shared/image-manifest.ts';

/** Every id handed out by this module, so that a test can look for what is left of any of them. */
export const machineIdsMade: MachineId[] = [];

export function newMachineId(): MachineId {
  const id = machineId.parse(typeid('machine').toString());
  machineIdsMade.push(id);
  return id;
}

export const newHostId = (): HostId => hostId.parse(typeid('host').toString());

export type Wish = { driver?: DriverName; expiresAt?: number; reuse?: 'single-use' | 'static' };

export const imageFor = ({ driver = 'process', reuse = 'single-use' }: Wish = {}): ImageManifestInput => ({
  name: 'here',
  os: 'linux',
  arch: 'x86_64',
  machine: { driver, reuse, ...(driver === 'libvirt' ? { memory: '128MiB' } : {}) },
  ...(driver === 'libvirt' ? virtual : {}),
});

const digest = (letter: string) => ({ url: 'http://127.0.0.1:9/file', sha256: letter.repeat(64) });

/** Of a VM; whoever makes one knows what to give for these digests. */
const virtual = {
  disk: { ...digest('d'), format: 'raw' },
  boot: {
    kernel: digest('a'),
    initrd: digest('b'),
    'command-line': 'console=ttyS0 quiet loglevel=3 rdinit=/init',
  },
} as const;

/** A machine as the coordinator would want it, with an id of its own. */
export const desiredMachine = (wish: Wish = {}): DesiredMachine => ({
  id: newMachineId(),
  image: imageManifest.parse(imageFor(wish)),
  ticket: 'boot-ticket-0123456789',
  enrolUrl: 'http://127.0.0.1:9/',
  expiresAt: wish.expiresAt ?? Date.now() + 3_600_000,
  filesToken: 'files-token-0123456789',
});
