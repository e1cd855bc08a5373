import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** Compares in a time that tells nothing about the secrets, their lengths included. */
export function isEqualSecret(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

export type Signer = {
  /** HMAC-SHA-256 in base64url, 43 characters; the same text gives the same signature. */
  sign(text: string): string;
  isRight(text: string, signature: string): boolean;
};

/** Signatures for one purpose: those of another purpose are wrong here, although the key may be the same. */
export function createSigner(key: Uint8Array, purpose: string): Signer {
  const sign = (text: string) => createHmac('sha256', key).update(`${purpose}\n${text}`).digest('base64url');
  return { sign, isRight: (text, signature) => isEqualSecret(sign(text), signature) };
}
