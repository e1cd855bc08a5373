import { createHash } from 'node:crypto';
import type { ImageManifest } from '#shared/image-manifest.ts';
import { DriverError } from '../../errors.ts';
import { archOfHost, type Domain, type Hardware, hardwareArchs } from './domain.ts';
import type { ImageFiles } from './image-files.ts';

/** What all machines of one version of an image have in common on this host. */
export type Blueprint = {
  hardware: Hardware;
  emulator: string;
  base: { path: string; format: 'qcow2' | 'raw' };
  /** Null: the disk of a machine is as large as the image's. */
  diskMiB: number | null;
  kernel: Domain['kernel'];
  isWarm: boolean;
  /** How a machine learns who it is, or, by `ssh`, how its agent comes to it. */
  identity: 'config-disk' | 'nocloud' | 'ssh';
};

export type BlueprintParts = {
  accelerator: Hardware['accelerator'];
  emulatorOf: (arch: Hardware['arch']) => string;
};

/** The word by which the first process of a machine learns that it is to wait for its config disk. */
const waitWord = 'paddock.warm';

/** Throws `DriverError` for an architecture that this driver has no machines of. */
export function blueprintOf(
  { name, arch: named, machine, boot }: ImageManifest,
  files: ImageFiles,
  { accelerator, emulatorOf }: BlueprintParts,
): Blueprint {
  const arch = archOf(name, named);
  const isWarm = boot.warm === 'snapshot' && files.kernel !== null;
  const { kernel } = files;
  return {
    hardware: {
      arch,
      accelerator: arch === archOfHost ? accelerator : 'tcg',
      cpus: machine.cpus,
      memoryMiB: machine.memory,
      firmware: machine.firmware ?? 'bios',
      console: machine.console ?? 'serial',
    },
    emulator: emulatorOf(arch),
    base: { path: files.disk, format: files.format },
    diskMiB: machine.disk ?? null,
    kernel: kernel && isWarm ? { ...kernel, commandLine: `${kernel.commandLine} ${waitWord}` } : kernel,
    isWarm,
    identity: boot.identity ?? 'config-disk',
  };
}

/** Equal for machines that can be clones of each other: what is named by its digest is part of its path. */
export const keyOf = (blueprint: Blueprint): string =>
  createHash('sha256').update(JSON.stringify(blueprint)).digest('hex').slice(0, 16);

function archOf(image: string, arch: string): Hardware['arch'] {
  const known = hardwareArchs.find(each => each === arch);
  if (known) return known;
  throw new DriverError(
    'arch',
    `the libvirt driver makes machines of ${hardwareArchs.join(' and ')}; the image ${image} is of ${arch}`,
  );
}
