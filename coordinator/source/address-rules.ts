/**
 * Which addresses a repository must not lead to. Pure. A name is looked up once, every address that it has is judged, and git is
 * told to use those and no others: a name that means something else a moment later changes nothing.
 */
import { BlockList, isIP } from 'node:net';

/** This wire, and the services by which clouds tell a computer its own secrets. */
const never = new BlockList();
never.addSubnet('169.254.0.0', 16);
never.addSubnet('fe80::', 10, 'ipv6');
// Amazon's by IPv6, Alibaba's, Oracle's.
never.addAddress('fd00:ec2::254', 'ipv6');
never.addAddress('100.100.100.200');
never.addAddress('192.0.0.192');
// No computer, or all of them.
never.addSubnet('224.0.0.0', 4);
never.addSubnet('ff00::', 8, 'ipv6');

/** This computer, whose services expect its own people. */
const here = new BlockList();
here.addSubnet('127.0.0.0', 8);
here.addSubnet('0.0.0.0', 8);
here.addAddress('::1', 'ipv6');
here.addAddress('::', 'ipv6');

/** What stands in an IPv6 address of a translator: mapped, NAT64 (RFC 6052), 6to4 (RFC 3056). */
function embedded(address: string): string | null {
  const written = new URL(`http://[${address}]/`).hostname.slice(1, -1);
  const [, mapped] = /^(?:::ffff:|64:ff9b::)([0-9a-f]{0,4}(?::[0-9a-f]{1,4})?)$/.exec(written) ?? [];
  const [, sixToFour] = /^2002:([0-9a-f]{1,4}:[0-9a-f]{1,4}):/.exec(written) ?? [];
  const halves = (mapped ?? sixToFour)?.split(':').map(half => Number.parseInt(half || '0', 16));
  if (!halves) return null;
  const [high = 0, low = 0] = halves.length === 1 ? [0, halves[0]] : halves;
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

const isIn = (list: BlockList, address: string): boolean =>
  list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');

function isInOrWithin(list: BlockList, address: string): boolean {
  const bare = address.replace(/%.*$/, '');
  if (isIn(list, bare)) return true;
  const inner = isIP(bare) === 6 ? embedded(bare) : null;
  return inner !== null && isIn(list, inner);
}

/** Link-local, metadata, multicast: nobody's repository is there, however the address was found. */
export const isNeverReached = (address: string): boolean => isInOrWithin(never, address);

export const isThisComputer = (address: string): boolean => isInOrWithin(here, address);
