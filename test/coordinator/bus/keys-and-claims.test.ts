import jwt from '@nats-io/jwt';
import { fromPublic } from '@nats-io/nkeys';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeClaims } from '#coordinator/bus/claims.ts';
import { createKey, type KeyKind, keyFromText, toBase32 } from '#coordinator/bus/nkey.ts';

const kinds: [KeyKind, first: string][] = [
  ['operator', 'O'],
  ['account', 'A'],
  ['user', 'U'],
];

test.each(kinds)('the library of NATS reads the key of an %s', (kind, first) => {
  const key = createKey(kind);
  const data = Buffer.from('what is signed');
  expect(key.publicKey).toMatch(new RegExp(`^${first}[A-Z2-7]{55}$`));
  expect(fromPublic(key.publicKey).verify(data, key.sign(data))).toBe(true);
  expect(fromPublic(key.publicKey).verify(Buffer.from('something else'), key.sign(data))).toBe(false);
});

test('a stored key is the same key', () => {
  const key = createKey('account');
  const again = keyFromText('account', key.toText());
  expect(again.publicKey).toBe(key.publicKey);
  expect(again.sign(Buffer.from('x'))).toEqual(key.sign(Buffer.from('x')));
});

/** The vectors of RFC 4648 §10, without padding. */
const vectors = {
  '': '',
  f: 'MY',
  fo: 'MZXQ',
  foo: 'MZXW6',
  foob: 'MZXW6YQ',
  fooba: 'MZXW6YTB',
  foobar: 'MZXW6YTBOI',
};

test.each(Object.entries(vectors))('base32 of "%s" is "%s"', (text, encoded) => {
  expect(toBase32(Buffer.from(text))).toBe(encoded);
});

test('base32 of any bytes has the same bits', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), bytes => {
      const bits = [...bytes].map(byte => byte.toString(2).padStart(8, '0')).join('');
      const digits = [...toBase32(bytes)].map(c => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c));
      const read = digits.map(digit => digit.toString(2).padStart(5, '0')).join('');
      expect(read.slice(0, bits.length)).toBe(bits);
      expect(read.slice(bits.length)).toMatch(/^0{0,4}$/);
    }),
  );
});

test('the library of NATS reads the claims and finds the signature right', () => {
  const [issuer, subject] = [createKey('account'), createKey('user')];
  const nats = { type: 'user', issuer_account: issuer.publicKey } as const;
  const times = { issuedAt: 1_700_000_000_999, expiresAt: 1_700_000_060_999 };
  const text = encodeClaims({ name: 'machine_x', subject: subject.publicKey, ...times, nats }, issuer);
  expect(jwt.decode(text)).toMatchObject({
    name: 'machine_x',
    iss: issuer.publicKey,
    sub: subject.publicKey,
    iat: 1_700_000_000,
    exp: 1_700_000_060,
    nats: { ...nats, version: 2 },
  });
});

test('claims that hold for ever have no end', () => {
  const key = createKey('operator');
  const claims = { name: 'x', subject: key.publicKey, issuedAt: 0, expiresAt: null };
  expect(jwt.decode(encodeClaims({ ...claims, nats: { type: 'operator' } }, key))).not.toHaveProperty('exp');
});
