/** What a certificate is for: DNS names and addresses. Pure. */
import type { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { limits } from '#shared/limits.ts';
import { TlsError } from './errors.ts';

/** RFC 1123, and a star for the first label. */
const dnsName =
  /^(?:\*\.)?(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/;

export const isCertificateName = (name: string): boolean => isIP(name) !== 0 || dnsName.test(name);

/** Each once, in lower case, addresses without brackets. Throws `name-malformed`. */
export function certificateNames(names: readonly string[]): string[] {
  const plain = names.map(name =>
    name
      .trim()
      .toLowerCase()
      .replace(/^\[|\]$/g, '')
      .replace(/\.$/, ''),
  );
  const wrong = plain.find(name => !isCertificateName(name));
  if (wrong !== undefined)
    throw new TlsError(
      'name-malformed',
      `${JSON.stringify(wrong)} is neither a name nor an address; a certificate is for names such as ci.example.org and addresses such as 192.0.2.1, without scheme and port`,
    );
  const unique = [...new Set(plain.map(name => (isIP(name) === 6 ? canonicalV6(name) : name)))];
  if (unique.length > limits.certificateNames)
    throw new TlsError('name-malformed', `a certificate is for at most ${limits.certificateNames} names`);
  return unique;
}

/** As `new URL` writes it: the shortest form, so that the same address is the same text. */
const canonicalV6 = (address: string): string => new URL(`http://[${address}]/`).hostname.slice(1, -1);

/** The 4 or 16 bytes of an address. */
export function addressBytes(address: string): Uint8Array {
  if (isIP(address) === 4) return Uint8Array.from(address.split('.'), Number);
  const [head = '', tail] = canonicalV6(address).split('::');
  const groups = (text: string | undefined) => (text ? text.split(':') : []);
  const [before, after] = [groups(head), groups(tail)];
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0');
  const all = [...before, ...(tail === undefined ? [] : zeros), ...after];
  return Uint8Array.from(
    all.flatMap(group => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 255]),
  );
}

/** The names that a certificate says it is for. */
export function namesOf({ subjectAltName }: X509Certificate): string[] {
  return (subjectAltName ?? '').split(/, ?/).flatMap(entry => {
    const [, kind, name = ''] = /^(DNS|IP Address):"?([^"]*)"?$/.exec(entry) ?? [];
    if (kind === 'DNS') return [name.toLowerCase()];
    return kind === 'IP Address' && isIP(name) !== 0 ? certificateNames([name]) : [];
  });
}

/** Whether whoever expects this name believes the certificate, as TLS clients decide it. */
export function covers(certificate: X509Certificate, name: string): boolean {
  const plain = name.replace(/^\[|\]$/g, '');
  if (isIP(plain) !== 0) return certificate.checkIP(plain) !== undefined;
  return certificate.checkHost(plain, { subject: 'never' }) !== undefined;
}
