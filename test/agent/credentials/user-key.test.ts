import { createUser, fromPublic, fromSeed } from '@nats-io/nkeys';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromBase32, toBase32 } from '#agent/credentials/base32.ts';
import { KeyUnreadable } from '#agent/credentials/errors.ts';
import { createUserKey, userKeyFromSeed } from '#agent/credentials/user-key.ts';

const text = new TextEncoder();

test('a new key is one that the NATS library reads the same way', () => {
  const key = createUserKey();
  expect(fromSeed(text.encode(key.seed)).getPublicKey()).toBe(key.publicKey);
  expect(key.publicKey).toMatch(/^U[A-Z2-7]{55}$/);
});

test('a seed of the NATS library gives the same public key', () => {
  const pair = createUser();
  const key = userKeyFromSeed(new TextDecoder().decode(pair.getSeed()));
  expect(key.publicKey).toBe(pair.getPublicKey());
});

test('a signature is verified by the NATS library, and not for other bytes', () => {
  const key = userKeyFromSeed(createUserKey().seed);
  const signature = key.sign(text.encode('nonce'));
  const reader = fromPublic(key.publicKey);
  expect(reader.verify(text.encode('nonce'), signature)).toBe(true);
  expect(reader.verify(text.encode('other'), signature)).toBe(false);
});

test('two keys are never the same', () => {
  expect(createUserKey().seed).not.toBe(createUserKey().seed);
});

test.each([
  ['an empty text', ''],
  ['a public key', createUserKey().publicKey],
  ['a seed with one character changed', createUserKey().seed.replace(/.$/, c => (c === 'A' ? 'B' : 'A'))],
  ['a text outside the alphabet', 'SU!!'],
])('%s is refused as a seed, and the error does not repeat it', (_, seed) => {
  const read = () => userKeyFromSeed(seed);
  expect(read).toThrow(KeyUnreadable);
  if (seed) expect(read).not.toThrow(seed);
});

test('base32 gives every byte string back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), bytes => {
      expect(fromBase32(toBase32(bytes))).toEqual(bytes);
    }),
  );
});

test('base32 agrees with the vectors of RFC 4648', () => {
  const vectors = {
    f: 'MY',
    fo: 'MZXQ',
    foo: 'MZXW6',
    foob: 'MZXW6YQ',
    fooba: 'MZXW6YTB',
    foobar: 'MZXW6YTBOI',
  };
  for (const [plain, coded] of Object.entries(vectors)) expect(toBase32(text.encode(plain))).toBe(coded);
});
