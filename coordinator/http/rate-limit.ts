/**
 * Counts in windows of a minute, by key. Memory is bounded: whoever comes with more keys than are told apart (an IPv6 network has
 * addresses without end) shares one count with everybody who is new in that minute, and takes nothing from those who were there.
 */
import { isIPv6 } from 'node:net';
import { limits } from '#shared/limits.ts';

const windowMs = 60_000;

/** Counts one for the key; 0, or in how many seconds it may come again. */
export type RateLimit = (key: string) => number;

export function createRateLimit(
  perMinute: number,
  now: () => number,
  maxKeys: number = limits.rateKeys,
): RateLimit {
  let counts = new Map<string, number>();
  let crowd = 0;
  let endsAt = 0;
  return key => {
    const at = now();
    if (at >= endsAt) {
      counts = new Map();
      crowd = 0;
      endsAt = at + windowMs;
    }
    const known = counts.get(key);
    const count =
      known === undefined && counts.size >= maxKeys ? ++crowd / limits.crowdShare : (known ?? 0) + 1;
    if (known !== undefined || counts.size < maxKeys) counts.set(key, count);
    return count > perMinute ? Math.ceil((endsAt - at) / 1_000) : 0;
  };
}

/** Whose an address is: of IPv6 a house or a server has a network, and all of its addresses are one. */
export function networkOf(address: string): string {
  const [, mapped] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address) ?? [];
  if (mapped) return mapped;
  const bare = address.replace(/%.*$/, '');
  if (!isIPv6(bare)) return address;
  const [head = '', tail = ''] = new URL(`http://[${bare}]/`).hostname.slice(1, -1).split('::');
  const [front, back] = [head, tail].map(half => half.split(':').filter(Boolean)) as [string[], string[]];
  const whole = [...front, ...Array(Math.max(0, 8 - front.length - back.length)).fill('0'), ...back];
  return `${whole.slice(0, 4).join(':')}::/64`;
}
