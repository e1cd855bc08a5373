/**
 * Which addresses are of the internet, and of nobody's own network: what IANA keeps for a purpose is refused, and so is
 * whatever carries an IPv4 address in an IPv6 one, for where that leads is decided by a gateway.
 * https://www.iana.org/assignments/iana-ipv4-special-registry, https://www.iana.org/assignments/iana-ipv6-special-registry
 */
import { BlockList, isIPv4, isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';

const special = blockList([
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12'],
  ...[
    '192.0.0.0/24',
    '192.0.2.0/24',
    '192.31.196.0/24',
    '192.52.193.0/24',
    '192.88.99.0/24',
    '192.168.0.0/16',
  ],
  ...['192.175.48.0/24', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24', '224.0.0.0/4', '240.0.0.0/4'],
  ...['2001::/23', '2001:db8::/32', '2002::/16', '2620:4f:8000::/48', '3fff::/20'],
]);
/** All that was ever given to anybody. */
const globalUnicast = blockList(['2000::/3']);

/** Where a name must not lead, whoever has named it: this computer, and what answers only those on the same wire. */
const never = blockList(['0.0.0.0/8', '127.0.0.0/8', '169.254.0.0/16', '224.0.0.0/4', '240.0.0.0/4']);
const sixes = blockList(['2000::/3', 'fc00::/7']);

export const isPublic = (address: string): boolean =>
  isIPv4(address)
    ? !special.check(address)
    : isSixIn(globalUnicast, address) && !special.check(address, 'ipv6');

/** Also of a network of somebody's own. */
export const isOfSomeNetwork = (address: string): boolean =>
  isIPv4(address) ? !never.check(address) : isSixIn(sixes, address) && !special.check(address, 'ipv6');

const isSixIn = (list: BlockList, address: string): boolean => isIPv6(address) && list.check(address, 'ipv6');

/** Whether two texts are one address. */
export function isAmong(addresses: readonly string[], address: string): boolean {
  const list = new BlockList();
  for (const each of addresses) list.addAddress(each, isIPv4(each) ? 'ipv4' : 'ipv6');
  return list.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');
}

/** Of this computer, now: they come and go. */
export const ownAddresses = (): string[] =>
  Object.values(networkInterfaces()).flatMap(each => (each ?? []).map(({ address }) => address));

function blockList(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', bits] = range.split('/');
    list.addSubnet(address, Number(bits), isIPv4(address) ? 'ipv4' : 'ipv6');
  }
  return list;
}
