/**
 * Keys of NATS: Ed25519 pairs whose public half is written as prefix byte, 32 bytes, CRC-16/XMODEM in little-endian
 * order, all in base32 (https://github.com/nats-io/nkeys#encoding). Made and used by node:crypto, which signs in 0.1 ms
 * where the library's tweetnacl blocks the loop for tens. The private half is kept as PKCS#8, not as a seed: nothing
 * outside this folder reads it.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

export type KeyKind = 'operator' | 'account' | 'user';

export type NatsKey = {
  /** `O…`, `A…` or `U…`, 56 characters. */
  publicKey: string;
  sign(data: Uint8Array): Buffer;
  /** PKCS#8 in base64: a secret. */
  toText(): string;
};

const prefixes: Record<KeyKind, number> = { operator: 14 << 3, account: 0, user: 20 << 3 };
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const keyBytes = 32;

/** RFC 4648 base32 without padding. */
export function toBase32(bytes: Uint8Array): string {
  let text = '';
  let [value, bits] = [0, 0];
  for (const byte of bytes) {
    value = ((value & 0x1f) << 8) | byte;
    for (bits += 8; bits >= 5; bits -= 5) text += alphabet.charAt((value >>> (bits - 5)) & 31);
  }
  return bits > 0 ? text + alphabet.charAt((value << (5 - bits)) & 31) : text;
}

function crc16(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1) & 0xffff;
  }
  return crc;
}

function publicText(kind: KeyKind, privateKey: KeyObject): string {
  const raw = createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(-keyBytes);
  const body = Buffer.concat([Buffer.from([prefixes[kind]]), raw]);
  const crc = crc16(body);
  return toBase32(Buffer.concat([body, Buffer.from([crc & 0xff, crc >> 8])]));
}

function keyOf(kind: KeyKind, privateKey: KeyObject): NatsKey {
  return {
    publicKey: publicText(kind, privateKey),
    sign: data => sign(null, data, privateKey),
    toText: () => privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64'),
  };
}

/** A new random key pair. */
export const createKey = (kind: KeyKind): NatsKey => keyOf(kind, generateKeyPairSync('ed25519').privateKey);

/** The key pair that `toText` wrote; throws what node:crypto throws when the text is none. */
export function keyFromText(kind: KeyKind, text: string): NatsKey {
  const key = Buffer.from(text, 'base64');
  return keyOf(kind, createPrivateKey({ key, format: 'der', type: 'pkcs8' }));
}
