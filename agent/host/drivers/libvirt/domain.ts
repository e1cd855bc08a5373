/**
 * The domain of one machine, as libvirt wants it told. Transient, so that a machine that ends is gone; a restart of the
 * guest is an end; hardware is fixed to the last slot, because a snapshot of the same image must fit it.
 * https://libvirt.org/formatdomain.html
 */
import type { HostId } from '#shared/ids.ts';
import { type Element, element, xmlOf } from './xml.ts';

/** In our metadata and nowhere else; also how a host finds its machines again. */
export const metadataNamespace = 'urn:paddock:machine:1';

/** Told from the domains of others by this, before their metadata is asked for. */
export const domainPrefix = 'paddock-';

export const hardwareArchs = ['x86_64', 'aarch64'] as const;

export type Hardware = {
  arch: (typeof hardwareArchs)[number];
  /** `kvm` only where a machine was seen to boot with it. */
  accelerator: 'kvm' | 'tcg';
  cpus: number;
  memoryMiB: number;
  firmware: 'bios' | 'uefi';
  /** `none`: no serial port, and a display in its place. */
  console: 'serial' | 'none';
};

export type Domain = {
  name: string;
  /** In its metadata; `id`: of the machine, or the key of a snapshot that is being made. */
  tag: { id: string; owner: HostId; expiresAt: number };
  hardware: Hardware;
  /** See `emulator.ts`. */
  emulator: string;
  disk: string;
  /** Null: nothing is told to the machine itself. */
  configDisk: string | null;
  /** See `nocloud-seed.ts`; null: the disk knows what a config disk is. */
  seed: string | null;
  console: string;
  /** What UEFI firmware remembers; made when it is started. Nothing of it is kept by another kind of machine. */
  firmwareMemory: string;
  /** Null: the disk brings a boot loader of its own. */
  kernel: { path: string; initrd: string; commandLine: string } | null;
  /** Name of the snapshot in `disk` with which it goes on instead of booting. */
  snapshot: string | null;
};

const archNames: Partial<Record<string, Hardware['arch']>> = { x64: 'x86_64', arm64: 'aarch64' };
/** Of this computer's own processor, if machines can be made of it at all. */
export const archOfHost = archNames[process.arch];

export const domainNameOf = (id: string): string => `${domainPrefix}${id}`;

/** Of a machine that is booted only to be snapshotted: another owner may make one of the same key. */
export const snapshotDomainName = (owner: HostId, key: string): string =>
  `${domainPrefix}snapshot-${key}-${owner}`;

export const domainXml = (domain: Domain): string => xmlOf(domainOf(domain));

function domainOf(domain: Domain): Element {
  const { name, tag, hardware, snapshot } = domain;
  return element(
    'domain',
    {
      type: hardware.accelerator === 'kvm' ? 'kvm' : 'qemu',
      'xmlns:qemu': 'http://libvirt.org/schemas/domain/qemu/1.0',
    },
    element('name', {}, name),
    element('metadata', {}, tagElement(tag)),
    element('memory', { unit: 'MiB' }, String(hardware.memoryMiB)),
    element('vcpu', {}, String(hardware.cpus)),
    osOf(domain),
    element('features', {}, ...featuresOf(domain)),
    cpuOf(hardware),
    element('clock', { offset: 'utc' }),
    ...['on_poweroff', 'on_reboot', 'on_crash'].map(name => element(name, {}, 'destroy')),
    element('devices', {}, ...devicesOf(domain)),
    ...(snapshot === null ? [] : [commandLine('-loadvm', snapshot)]),
  );
}

const tagElement = ({ id, owner, expiresAt }: Domain['tag']): Element =>
  element('paddock:machine', {
    'xmlns:paddock': metadataNamespace,
    id,
    owner,
    'expires-at': String(expiresAt),
  });

function osOf({ hardware, kernel, firmwareMemory }: Domain): Element {
  const machine = hardware.arch === 'aarch64' ? 'virt' : 'pc';
  const type = element('type', { arch: hardware.arch, machine }, 'hvm');
  if (kernel)
    return element(
      'os',
      {},
      type,
      element('kernel', {}, kernel.path),
      element('initrd', {}, kernel.initrd),
      element('cmdline', {}, kernel.commandLine),
    );
  const boot = element('boot', { dev: 'hd' });
  if (hardware.firmware === 'bios') return element('os', {}, type, boot);
  const without = (name: string) => element('feature', { enabled: 'no', name });
  const firmware = element('firmware', {}, without('enrolled-keys'), without('secure-boot'));
  return element('os', { firmware: 'efi' }, type, firmware, element('nvram', {}, firmwareMemory), boot);
}

/** Firmware of 64-bit ARM describes the hardware by ACPI; a kernel that is started directly is given a device tree. */
const featuresOf = ({ hardware: { arch }, kernel }: Domain): Element[] => [
  ...(arch === 'x86_64' || !kernel ? [element('acpi')] : []),
  ...(arch === 'aarch64' ? [element('gic', { version: '2' })] : []),
];

/** Under emulation a small model of no vendor's pride is the fastest; with KVM the guest has the host's own. */
function cpuOf({ accelerator, arch }: Hardware): Element {
  if (accelerator === 'kvm') return element('cpu', { mode: 'host-passthrough' });
  const model = arch === 'aarch64' ? 'cortex-a72' : 'Nehalem';
  return element('cpu', { mode: 'custom', match: 'exact' }, element('model', { fallback: 'allow' }, model));
}

function devicesOf(domain: Domain): Element[] {
  return [
    element('emulator', {}, domain.emulator),
    diskOf(domain.disk, 'vda', {
      name: 'qemu',
      type: 'qcow2',
      cache: 'unsafe',
      // On a full host the guest gets an error; otherwise it would stand still and look as if it ran.
      error_policy: 'report',
      discard: 'unmap',
    }),
    ...readOnly(domain.configDisk, 'vdb'),
    ...readOnly(domain.seed, 'vdc'),
    element(
      'interface',
      { type: 'user' },
      element('mac', { address: '52:54:00:70:61:64' }),
      element('model', { type: 'virtio' }),
      element('rom', { enabled: 'no' }),
    ),
    domain.hardware.console === 'serial' ? serialOf(domain) : displayOf(domain),
    element('controller', { type: 'usb', model: 'none' }),
    element('memballoon', { model: 'none' }),
  ];
}

const readOnly = (file: string | null, device: string): Element[] =>
  file === null ? [] : [diskOf(file, device, { name: 'qemu', type: 'raw' }, element('readonly'))];

const serialOf = ({ console }: Domain): Element =>
  element(
    'serial',
    { type: 'file' },
    element('source', { path: console, append: 'on' }),
    element('target', { port: '0' }),
  );

/** Nobody looks at it, but `virsh screenshot` can: some systems say nothing anywhere else. */
const displayOf = ({ hardware: { arch } }: Domain): Element =>
  element('video', {}, element('model', { type: arch === 'aarch64' ? 'virtio' : 'vga' }));

/** Also a disk that is kept by nobody is written through the host's cache: it never outlives its machine. */
const diskOf = (file: string, device: string, driver: Record<string, string>, ...more: Element[]): Element =>
  element(
    'disk',
    { type: 'file', device: 'disk' },
    element('driver', driver),
    element('source', { file }),
    element('target', { dev: device, bus: 'virtio' }),
    ...more,
  );

const commandLine = (...words: string[]): Element =>
  element('qemu:commandline', {}, ...words.map(value => element('qemu:arg', { value })));
