import { expect, test } from 'vitest';
import { type Domain, domainXml } from '#agent/host/drivers/libvirt/domain.ts';
import { tagIn } from '#agent/host/drivers/libvirt/domains.ts';
import { element, xmlOf } from '#agent/host/drivers/libvirt/xml.ts';
import { newHostId, newMachineId } from '#test/contract/driver/desired-machine.ts';

const tag = { id: newMachineId(), owner: newHostId(), expiresAt: 1_795_992_661_536 };
const domain: Domain = {
  name: `paddock-${tag.id}`,
  tag,
  hardware: {
    arch: 'x86_64',
    accelerator: 'tcg',
    cpus: 2,
    memoryMiB: 512,
    firmware: 'bios',
    console: 'serial',
  },
  emulator: '/state/emulator-x86_64',
  disk: '/state/disk.qcow2',
  configDisk: '/state/config.img',
  seed: null,
  console: '/state/console',
  firmwareMemory: '/state/firmware',
  kernel: { path: '/images/kernel', initrd: '/images/initrd', commandLine: "quiet a='<&>'" },
  snapshot: null,
};

test('what is put into a document is escaped, and what cannot be is refused', () => {
  expect(xmlOf(element('a', { b: `'"<&>` }, '<c>'))).toBe("<a b='&apos;&quot;&lt;&amp;&gt;'>&lt;c&gt;</a>");
  expect(() => xmlOf(element('a', {}, '\u0000'))).toThrow('control character');
});

test('a domain carries its tag, and the tag is read back however libvirt writes it', () => {
  const xml = domainXml(domain);
  const [, metadata = ''] = /(<paddock:machine [^>]*>)/.exec(xml) ?? [];
  expect(tagIn(metadata)).toEqual({ v: 1, ...tag });
  expect(tagIn(metadata.replaceAll("'", '"'))).toEqual({ v: 1, ...tag });
  expect(tagIn('')).toBeNull();
  expect(tagIn(metadata.replace(tag.owner, 'somebody'))).toBeNull();
});

test('a machine that ends, restarts or crashes is gone, and its network is QEMU’s own', () => {
  const xml = domainXml(domain);
  for (const event of ['on_poweroff', 'on_reboot', 'on_crash'])
    expect(xml).toContain(`<${event}>destroy</${event}>`);
  expect(xml).toContain("<interface type='user'>");
  expect(xml).toContain('<cmdline>quiet a=&apos;&lt;&amp;&gt;&apos;</cmdline>');
  expect(xml).not.toContain('qemu:arg');
});

test('a machine of another processor has what that one has', () => {
  const xml = domainXml({ ...domain, hardware: { ...domain.hardware, arch: 'aarch64' } });
  expect(xml).toContain("<type arch='aarch64' machine='virt'>");
  expect(xml).toContain("<gic version='2'/>");
  expect(xml).toContain('cortex-a72');
  expect(xml).not.toContain('acpi');
});

test('a disk that boots itself is started by its firmware, and UEFI has a memory of its own for each machine', () => {
  const own = { ...domain, kernel: null };
  const bios = domainXml(own);
  expect(bios).toContain("<boot dev='hd'/></os>");
  expect(bios).not.toContain('nvram');
  const uefi = { ...domain.hardware, firmware: 'uefi' } as const;
  const xml = domainXml({ ...own, hardware: uefi });
  expect(xml).toContain("<os firmware='efi'>");
  expect(xml).toContain('<nvram>/state/firmware</nvram>');
  expect(xml).toContain("<feature enabled='no' name='secure-boot'/>");
  expect(domainXml({ ...own, hardware: { ...uefi, arch: 'aarch64' } })).toContain(
    "<acpi/><gic version='2'/>",
  );
  expect(domainXml({ ...domain, hardware: uefi })).not.toContain('efi');
});

test('a machine that is told nothing has no disk but its own', () => {
  expect(domainXml(domain)).toContain("<target dev='vdb' bus='virtio'/>");
  expect(domainXml({ ...domain, seed: '/state/seed.iso' })).toContain("<target dev='vdc' bus='virtio'/>");
  expect(domainXml({ ...domain, configDisk: null })).not.toContain('vdb');
});

test('a machine without a console has a display in place of the serial port', () => {
  expect(domainXml(domain)).toContain("<source path='/state/console' append='on'/>");
  const silent = { ...domain.hardware, console: 'none' } as const;
  expect(domainXml({ ...domain, hardware: silent })).toContain("<video><model type='vga'/></video>");
  expect(domainXml({ ...domain, hardware: silent })).not.toContain('serial');
});

test('a clone goes on with its snapshot, and KVM has the processor of the host', () => {
  expect(domainXml({ ...domain, snapshot: 'warm' })).toContain(
    "<qemu:arg value='-loadvm'/><qemu:arg value='warm'/>",
  );
  const xml = domainXml({ ...domain, hardware: { ...domain.hardware, accelerator: 'kvm' } });
  expect(xml).toMatch(/^<domain type='kvm'/);
  expect(xml).toContain("<cpu mode='host-passthrough'/>");
});
