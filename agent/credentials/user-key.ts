/**
 * The key pair of a NATS user, made where it is used: only the public half ever leaves. Ed25519 by node:crypto (the
 * library's tweetnacl blocks for tens of milliseconds). Encoding after https://github.com/nats-io/nkeys#seeds: prefix
 * bytes, 32 bytes of key, CRC-16/XMODEM in little-endian order, all in base32.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { fromBase32, toBase32 } from './base32.ts';
import { KeyUnreadable } from './errors.ts';

const userPrefix = 20 << 3;
const seedPrefix = 18 << 3;
const keyBytes = 32;
/** RFC 8410: what stands before the 32 bytes of an Ed25519 private key in PKCS#8. */
const pkcs8Head = Buffer.from('302e020100300506032b657004220420', 'hex');

export type UserKey = {
  /** `U…`, 56 characters. */
  publicKey: string;
  /** `SU…`, 58 characters: a secret. */
  seed: string;
  sign(data: Uint8Array): Uint8Array;
};

function crc16(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1) & 0xffff;
  }
  return crc;
}

function encode(prefix: readonly number[], raw: Uint8Array): string {
  const body = Uint8Array.from([...prefix, ...raw]);
  const crc = crc16(body);
  return toBase32(Uint8Array.from([...body, crc & 0xff, crc >> 8]));
}

function fromPrivateKey(privateKey: KeyObject, raw: Uint8Array): UserKey {
  const publicRaw = createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(-keyBytes);
  return {
    publicKey: encode([userPrefix], publicRaw),
    seed: encode([seedPrefix | (userPrefix >> 5), (userPrefix & 31) << 3], raw),
    sign: data => sign(null, data, privateKey),
  };
}

/** A new random key pair. */
export function createUserKey(): UserKey {
  const { privateKey } = generateKeyPairSync('ed25519');
  return fromPrivateKey(privateKey, privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(-keyBytes));
}

/** The key pair of a stored seed (`SU…`); throws `KeyUnreadable` when the text is no such seed. */
export function userKeyFromSeed(seed: string): UserKey {
  const bytes = fromBase32(seed.trim());
  if (bytes?.length !== 2 + keyBytes + 2) throw new KeyUnreadable();
  const raw = bytes.subarray(2, 2 + keyBytes);
  const der = Buffer.concat([pkcs8Head, raw]);
  const key = fromPrivateKey(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }), raw);
  // Prefix and check sum are right exactly when writing the key again gives the same text.
  if (key.seed !== seed.trim()) throw new KeyUnreadable();
  return key;
}
