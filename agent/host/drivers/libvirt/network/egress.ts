/**
 * What a machine reaches beyond its coordinator, by `machine.egress` of its image: nothing, the mirrors that its host
 * names, or the internet. A name is looked up once, what comes of it is judged, and the connection goes to an address
 * that was judged: a name that means something else a moment later leads nowhere.
 */
import { isIP } from 'node:net';
import type { Egress } from '#shared/image-manifest.ts';
import type { Mirror } from '#shared/mirror.ts';
import { isAmong, isOfSomeNetwork, isPublic, ownAddresses } from './addresses.ts';
import type { Names } from './names.ts';

/** `host`: a name in lower case without a last dot, or an address without brackets. */
export type Destination = { host: string; port: number };

export type EgressRules = {
  egress: Exclude<Egress, 'none'>;
  mirrors: readonly Mirror[];
  /** Where the coordinator is: machines reach of it what is relayed, and nothing else. */
  coordinator: readonly string[];
  names: Names;
  own?: () => readonly string[];
};

/** `addresses`: to one of these, and to nothing else, may be connected. */
export type Permission = { addresses: readonly string[] } | { refusal: string } | { missing: string };

/** Mail from a machine that runs anybody's change would be this host's mail. */
const mailPort = 25;

export async function permit(rules: EgressRules, { host, port }: Destination): Promise<Permission> {
  const { egress, mirrors, names } = rules;
  const place = `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
  const refused = (why: string): Permission => ({
    refusal: `${place} is not reached: machine.egress of this image is ${egress}, and ${why}`,
  });
  const isMirror = mirrors.some(mirror => mirror.host === host && mirror.port === port);
  if (isMirror && isIP(host) !== 0) return { addresses: [host] };
  if (egress === 'mirror-only' && !isMirror) return refused(notAMirror(mirrors));
  if (port === mailPort && !isMirror) return refused('machines send no mail');
  const all = isIP(host) === 0 ? await names.addressesOf(host) : [host];
  if (all.length === 0)
    return { missing: `${place} is not reached: no name server knows an address of ${host}` };
  const isGood = isMirror ? isOfSomeNetwork : isPublic;
  const { own = ownAddresses, coordinator } = rules;
  const barred = [...own(), ...coordinator];
  const addresses = all.filter(address => isGood(address) && !isAmong(barred, address));
  if (addresses.length > 0) return { addresses };
  // Without the addresses: what names mean inside is not for whoever runs there.
  return refused('it is of this host, its coordinator or a network that is not public');
}

const notAMirror = (mirrors: readonly Mirror[]): string =>
  mirrors.length === 0
    ? 'its host names no mirrors; an admin names them (`mirrors` of local-host, `paddock host run --mirror`)'
    : `its host names as mirrors ${mirrors.map(({ host, port }) => `${host}:${port}`).join(', ')}`;
