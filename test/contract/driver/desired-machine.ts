import { typeid } from 'typeid-js';
import { type HostId, hostId, type MachineId, machineId } from '#shared/ids.ts';
import { type DriverName, type ImageManifestInput, imageManifest } from '#shared/image-manifest.ts';
import type { DesiredMachine } from '#shared/messages.ts';

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
  machine: { driver, reuse },
});

/** A machine as the coordinator would want it, with an id of its own. */
export const desiredMachine = (wish: Wish = {}): DesiredMachine => ({
  id: newMachineId(),
  image: imageManifest.parse(imageFor(wish)),
  ticket: 'boot-ticket-0123456789',
  enrolUrl: 'http://127.0.0.1:9/',
  expiresAt: wish.expiresAt ?? Date.now() + 3_600_000,
});
