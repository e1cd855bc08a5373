/** Whom a host believes for its coordinator, and how it tells its guests. */
import { X509Certificate } from 'node:crypto';
import { ConfigurationInvalid } from './errors.ts';
import { writeAtomically } from './write-atomically.ts';

/**
 * A file of certificates for guests, and the variable by which their agent is told of it: `PADDOCK_CA_FILE` are the only ones that
 * it believes, `NODE_EXTRA_CA_CERTS` some more than everybody's.
 */
export type Believed = { file: string; variable: 'PADDOCK_CA_FILE' | 'NODE_EXTRA_CA_CERTS' };

/** What is brought to a machine elsewhere. */
export type BroughtAuthorities = { variable: Believed['variable']; pem: string };

/** The word that comes with a join token (`shared/tls.ts`), as PEM. Throws `ConfigurationInvalid`. */
export function authoritiesIn(word: string): string {
  const bytes = Buffer.from(word, 'base64url');
  const found: string[] = [];
  try {
    for (let at = 0; at < bytes.length; ) {
      const one = new X509Certificate(bytes.subarray(at, at + lengthAt(bytes, at)));
      found.push(one.toString());
      at += one.raw.length;
    }
    if (found.length === 0) throw new Error('there is none');
    return found.join('');
  } catch (cause) {
    throw new ConfigurationInvalid(
      'the join token is damaged: what follows its point is no certificate; copy the whole line that `paddock host add` printed',
      { cause },
    );
  }
}

/** Of the DER value that begins there, its head included (X.690, 8.1.3). */
function lengthAt(bytes: Buffer, at: number): number {
  const first = bytes.readUInt8(at + 1);
  if (first < 0x80) return 2 + first;
  const size = first & 0x7f;
  return 2 + size + bytes.readUIntBE(at + 2, size);
}

/** What guests are told: the authorities of the join token, else the extra ones of this host's own environment. */
export async function tellGuests(
  authorities: string | null,
  file: string,
  extraFile: string | null,
): Promise<Believed | null> {
  if (authorities === null)
    return extraFile === null ? null : { file: extraFile, variable: 'NODE_EXTRA_CA_CERTS' };
  await writeAtomically(file, authorities);
  return { file, variable: 'PADDOCK_CA_FILE' };
}

/** For guests that are started here. */
export const variablesOf = (believed: Believed | null): Record<string, string> =>
  believed === null ? {} : { [believed.variable]: believed.file };
