/** By what else a suite may call an image. */
import { expect, test } from 'vitest';
import { aliasesOf, aliasTable } from '#shared/image-aliases.ts';

const names = ['openbsd-7.9', 'openbsd-7.10', 'openbsd-6.8', 'debian-12', 'debian-12-arm64', 'this-computer'];

test.each([
  ['openbsd/latest', 'openbsd-7.10'],
  ['openbsd/7', 'openbsd-7.10'],
  ['openbsd/7.9', 'openbsd-7.9'],
  ['openbsd/6', 'openbsd-6.8'],
  ['debian/latest', 'debian-12'],
  ['debian/12-arm64', 'debian-12-arm64'],
  ['debian/latest-arm64', 'debian-12-arm64'],
])('%s is %s', (alias, name) => expect(aliasTable(names).get(alias)).toBe(name));

test('what has no version has no alias', () => expect(aliasesOf('this-computer', names)).toEqual([]));

test('an image has those that no newer one has', () => {
  expect(aliasesOf('openbsd-7.9', names)).toEqual(['openbsd/7.9']);
  expect(aliasesOf('openbsd-7.10', names)).toEqual(['openbsd/7', 'openbsd/7.10', 'openbsd/latest']);
});
