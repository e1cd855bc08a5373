/**
 * Envelope encryption: a value is sealed under a data key of its own, made for this one version, and the data key is sealed
 * under the root key. Both by AES-256-GCM (NIST SP 800-38D) with a random nonce of 96 bits. What a seal is of (place, name,
 * version; for a data key the root key too) is authenticated with it: a row that was copied to another place opens nothing.
 *
 *   v1.<base64url of nonce (12 bytes), ciphertext, tag (16 bytes)>
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import type { SecretKey } from '../store/secrets.ts';
import { SecretsError } from './errors.ts';

const cipher = 'aes-256-gcm';
export const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;

/** What a seal is of. */
export type Bound = Pick<SecretKey, 'scope' | 'stage' | 'name'> & { version: number };

export const newDataKey = (): Buffer => randomBytes(keyBytes);

export const sealValue = (value: string, dataKey: Uint8Array, bound: Bound): string =>
  seal(Buffer.from(value, 'utf8'), dataKey, ['paddock secret', ...partsOf(bound)]);

/** Throws `secret-damaged`. */
export const openValue = (sealed: string, dataKey: Uint8Array, bound: Bound): string =>
  open(sealed, dataKey, ['paddock secret', ...partsOf(bound)], bound).toString('utf8');

export const wrapKey = (dataKey: Uint8Array, rootKey: Uint8Array, bound: Bound): string =>
  seal(dataKey, rootKey, ['paddock data key', fingerprintOf(rootKey), ...partsOf(bound)]);

/** Throws `secret-damaged`. */
export const unwrapKey = (wrapped: string, rootKey: Uint8Array, bound: Bound): Buffer =>
  open(wrapped, rootKey, ['paddock data key', fingerprintOf(rootKey), ...partsOf(bound)], bound);

/** Names a root key and says nothing else of it: 64 bits of a digest of 256 random ones. */
export const fingerprintOf = (rootKey: Uint8Array): string =>
  createHash('sha256').update('paddock root key\0').update(rootKey).digest('hex').slice(0, 16);

const partsOf = ({ scope, stage, name, version }: Bound): string[] => [scope, stage, name, String(version)];

/** JSON keeps parts apart whatever stands in them. */
const authenticated = (parts: readonly string[]): Buffer => Buffer.from(JSON.stringify(parts), 'utf8');

function seal(plain: Uint8Array, key: Uint8Array, parts: readonly string[]): string {
  const nonce = randomBytes(nonceBytes);
  const sealing = createCipheriv(cipher, key, nonce, { authTagLength: tagBytes }).setAAD(
    authenticated(parts),
  );
  const bytes = Buffer.concat([nonce, sealing.update(plain), sealing.final(), sealing.getAuthTag()]);
  return `v1.${bytes.toString('base64url')}`;
}

function open(sealed: string, key: Uint8Array, parts: readonly string[], bound: Bound): Buffer {
  const bytes = Buffer.from(sealed.replace(/^v1\./, ''), 'base64url');
  try {
    const opening = createDecipheriv(cipher, key, bytes.subarray(0, nonceBytes), { authTagLength: tagBytes });
    opening.setAAD(authenticated(parts)).setAuthTag(bytes.subarray(-tagBytes));
    return Buffer.concat([opening.update(bytes.subarray(nonceBytes, -tagBytes)), opening.final()]);
  } catch {
    // What the library says of it helps nobody.
    throw new SecretsError(
      'secret-damaged',
      `${nameOf(bound)} cannot be opened: its row was changed by something else than Paddock; set it again`,
    );
  }
}

/** How people find a secret. */
export const nameOf = ({ scope, stage, name }: Pick<Bound, 'scope' | 'stage' | 'name'>): string =>
  `secret ${name} of ${scope}${stage && ` (${stage} only)`}`;
