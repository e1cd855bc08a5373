import { expect, test } from 'vitest';
import { readRevocations, toClaim, withRevoked, writeRevocations } from '#coordinator/bus/revocations.ts';

const key = (publicKey: string, expiresAt: number) => ({ publicKey, expiresAt });

test('a revoked key stays until its credential would have expired', () => {
  const first = withRevoked({}, [key('UA', 5_000), key('UB', 9_000)], 1_000);
  expect(Object.keys(first)).toEqual(['UA', 'UB']);
  expect(Object.keys(withRevoked(first, [], 4_999))).toEqual(['UA', 'UB']);
  expect(Object.keys(withRevoked(first, [], 5_000))).toEqual(['UB']);
});

test('a key whose credential has expired already needs no entry', () => {
  expect(withRevoked({}, [key('UA', 999)], 1_000)).toEqual({});
});

test('of a key revoked twice the later times count', () => {
  const first = withRevoked({}, [key('UA', 9_000)], 1_000);
  expect(withRevoked(first, [key('UA', 5_000)], 2_000)).toEqual({
    UA: { revokedAt: 2_000, expiresAt: 9_000 },
  });
});

test('the claim has seconds', () => {
  expect(toClaim(withRevoked({}, [key('UA', 9_000)], 1_999))).toEqual({ UA: 1 });
});

test('what was written is read again, and something else is not', () => {
  const all = withRevoked({}, [key('UA', 9_000)], 1_000);
  expect(readRevocations(writeRevocations(all))).toEqual(all);
  expect(() => readRevocations('{"UA":1}')).toThrow();
});
