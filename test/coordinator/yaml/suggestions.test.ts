/** What somebody meant who wrote a key that there is not. */
import { expect, test } from 'vitest';
import { suggestKey } from '#coordinator/yaml/suggestions.ts';
import { imageManifest } from '#shared/image-manifest.ts';
import { nearest } from '#shared/nearest.ts';
import { suiteFile } from '#shared/suite-file.ts';

const keys = ['timeout', 'idle-timeout', 'steps', 'env', 'directory'];

test.each([
  ['tiemout', 'timeout'],
  ['Timeout', 'timeout'],
  ['step', 'steps'],
  ['stpes', 'steps'],
  ['dir', 'directory'],
  ['directry', 'directory'],
])('%s is %s', (written, meant) => expect(nearest(written, keys)).toBe(meant));

test.each(['secrets', 'en', 'image', ''])('%s is none of them', written =>
  expect(nearest(written, keys)).toBe(null),
);

test.each([
  [['machine'], 'memroy', 'memory'],
  [['boot'], 'deadlin', 'deadline'],
  [[], 'serve', 'serves'],
  [['machine'], 'serves', null],
])('of an image, in %j: %s', (path, written, meant) =>
  expect(suggestKey(imageManifest, path, written)).toBe(meant),
);

test('inside of lists, alternatives and named parts too', () =>
  expect(suggestKey(suiteFile, ['suites', 'unit', 'steps', 0], 'timout')).toBe('timeout'));
