import { expect, test } from 'vitest';
import {
  fingerprintOf,
  newDataKey,
  openValue,
  sealValue,
  unwrapKey,
  wrapKey,
} from '#coordinator/secrets/envelope.ts';

const bound = { scope: 'acme/rocket', stage: '', name: 'TOKEN', version: 2 } as const;
const value = 'correct horse\nbattery ✈ staple';

test('a value comes back from its envelope, and nothing of it shows in one', () => {
  const [rootKey, dataKey] = [newDataKey(), newDataKey()];
  const sealed = sealValue(value, dataKey, bound);
  const wrapped = wrapKey(dataKey, rootKey, bound);
  expect(openValue(sealed, unwrapKey(wrapped, rootKey, bound), bound)).toBe(value);
  expect(sealed).toMatch(/^v1\.[\w-]+$/);
  const bytes = Buffer.from(sealed.slice(3), 'base64url');
  expect(bytes).toHaveLength(12 + Buffer.byteLength(value) + 16);
  expect(bytes.includes('horse')).toBe(false);
  expect(sealValue(value, dataKey, bound)).not.toBe(sealed);
});

test.each([
  ['another scope', { scope: 'acme/*' }],
  ['another stage', { stage: 'on-merge' }],
  ['another name', { name: 'TOKEN2' }],
  ['another version', { version: 3 }],
] as const)('a row that was copied to %s opens neither its key nor its value', (_, other) => {
  const [rootKey, dataKey] = [newDataKey(), newDataKey()];
  const damaged = expect.objectContaining({ code: 'secret-damaged' });
  const elsewhere = { ...bound, ...other };
  expect(() => openValue(sealValue(value, dataKey, bound), dataKey, elsewhere)).toThrow(damaged);
  expect(() => unwrapKey(wrapKey(dataKey, rootKey, bound), rootKey, elsewhere)).toThrow(damaged);
});

test('a changed byte, a cut text, and another key open nothing, and the value is in no message', () => {
  const dataKey = newDataKey();
  const sealed = sealValue(value, dataKey, bound);
  const bytes = Buffer.from(sealed.slice(3), 'base64url');
  for (let at = 0; at < bytes.length; at += 1) {
    const changed = Buffer.from(bytes);
    changed[at] = (changed[at] ?? 0) ^ 1;
    expect(() => openValue(`v1.${changed.toString('base64url')}`, dataKey, bound)).toThrow('was changed');
  }
  for (const text of ['', 'v1.', sealed.slice(0, 20)])
    expect(() => openValue(text, dataKey, bound)).toThrow('secret TOKEN of acme/rocket cannot be opened');
  expect(() => openValue(sealed, newDataKey(), bound)).toThrow(/^(?!.*horse)/s);
});

test('a fingerprint names a key and is no part of it', () => {
  const key = newDataKey();
  expect(fingerprintOf(key)).toMatch(/^[0-9a-f]{16}$/);
  expect(fingerprintOf(Buffer.from(key))).toBe(fingerprintOf(key));
  expect(key.toString('hex')).not.toContain(fingerprintOf(key));
  expect(fingerprintOf(newDataKey())).not.toBe(fingerprintOf(key));
});
