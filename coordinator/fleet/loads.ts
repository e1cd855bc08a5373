/** What machines take of their hosts. Pure. */
import type { Resources } from '#shared/host-traits.ts';
import type { HostId } from '#shared/ids.ts';
import { type ImageManifest, needsOf } from '#shared/image-manifest.ts';
import { limits } from '#shared/limits.ts';
import { isStarting } from '#shared/machine.ts';
import type { PlannedMachine } from './snapshot.ts';

/** What there is on each host, planned machines included: kept, for counting it anew for each of them would be quadratic. */
export type Loads = Map<HostId, Load>;
export type Load = {
  machines: number;
  memoryMiB: number;
  cpus: number;
  /** What its machines may write at most, what they have written already included. */
  diskMiB: number;
  /** Of what is counted. */
  resources: Resources;
  /** Images of the machines that are on their way there. */
  starting: readonly string[];
};

const nothing: Load = { machines: 0, memoryMiB: 0, cpus: 0, diskMiB: 0, resources: {}, starting: [] };

export function loadsOf(machines: readonly PlannedMachine[]): Loads {
  const loads: Loads = new Map();
  for (const machine of machines)
    addLoad(loads, machine.hostId, { ...machine, isStarting: isStarting(machine.state) });
  return loads;
}

export type Weight = Pick<PlannedMachine, 'driver' | 'memoryMiB' | 'cpus' | 'diskMiB' | 'needs' | 'image'> & {
  isStarting: boolean;
};

export function addLoad(loads: Loads, host: HostId, weight: Weight): void {
  const { driver, memoryMiB, cpus, diskMiB, image } = weight;
  const before = loadOn(loads, host);
  const isGuest = takesRoom(driver);
  loads.set(host, {
    machines: before.machines + 1,
    memoryMiB: before.memoryMiB + (isGuest ? memoryMiB : 0),
    cpus: before.cpus + (isGuest ? cpus : 0),
    diskMiB: before.diskMiB + (isGuest ? diskMiB : 0),
    resources: summed(before.resources, weight.needs.resources),
    starting: weight.isStarting ? [...before.starting, image] : before.starting,
  });
}

function summed(before: Resources, more: Resources): Resources {
  const added = Object.entries(more);
  if (added.length === 0) return before;
  return {
    ...before,
    ...Object.fromEntries(added.map(([name, count]) => [name, (before[name] ?? 0) + count])),
  };
}

export const loadOn = (loads: Loads, host: HostId): Load => loads.get(host) ?? nothing;

/** Guests of a hypervisor take memory and CPUs of their own; processes share the host's. */
export const takesRoom = (driver: string): boolean => driver === 'libvirt';

/** Of one more machine of the image. */
export const sizeOf = (image: ImageManifest): Weight => {
  const { driver, memory, cpus, disk } = image.machine;
  return {
    driver,
    memoryMiB: memory,
    cpus,
    diskMiB: disk ?? limits.machineDiskMiB,
    needs: needsOf(image),
    image: image.name,
    isStarting: true,
  };
};
