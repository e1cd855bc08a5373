/** Which certificate each listener shows, and whom machines believe. Pure. */
import { X509Certificate } from 'node:crypto';
import type { ListenerName } from '#shared/tls.ts';
import type { Kept } from './folder.ts';
import { certificatesIn, type Identity } from './identity.ts';
import { namesOf } from './names.ts';

/** A given certificate is shown to people; to machines only with the authority that they are to believe for it. */
export function shownBy({ own, given }: Kept, listener: ListenerName): Identity {
  const isForAll = given?.authorities != null;
  return given && (listener === 'people' || isForAll) ? given.identity : own;
}

/** PEM: the private authority, and that of a given certificate. */
export const believed = ({ authority, given }: Kept): string =>
  `${authority.certificate}${given?.authorities ?? ''}`;

/** The same in one word, to go with a join token: DER of each, one behind the other. */
export const believedAsWord = (pem: string): string =>
  Buffer.concat(certificatesIn(pem, 'the authorities').map(({ raw }) => raw)).toString('base64url');

/** A name that a client may expect of this certificate: it is for it. */
export const aNameOf = ({ leaf }: Identity): string =>
  (namesOf(leaf)[0] ?? 'localhost').replace(/^\*/, 'any');

/** One file for a server that wants key and chain. */
export const pemOf = ({ key, chain }: Identity): string => `${key}${chain}`;

export const fingerprintOf = (pem: string): string =>
  new X509Certificate(pem).fingerprint256.replaceAll(':', '').toLowerCase();
