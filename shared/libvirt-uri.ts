import * as z from 'zod';

/** A libvirt of the host itself: its machines' disks and networks are made beside it. https://libvirt.org/uri.html */
export const libvirtUri = z
  .string()
  .regex(
    /^qemu(?:\+unix)?:\/\/\/(?:system|session)(?:\?socket=\/[^'"\s]+)?$/,
    'expected qemu:///system or qemu:///session; a hypervisor elsewhere becomes a host of its own by `paddock host add`',
  );
