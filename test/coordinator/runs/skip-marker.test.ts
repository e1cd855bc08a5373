import { expect, test } from 'vitest';
import { skipMarkerOf } from '#coordinator/runs/skip-marker.ts';

test.each([
  ['Mend it [skip ci]', '[skip ci]'],
  ['[CI Skip] mend it', '[ci skip]'],
  ['Mend it\n\nWhy, in words. [no ci]\n', '[no ci]'],
  ['Mend it\n\n\nskip-checks: true', 'skip-checks: true'],
  ['Mend it\r\n\r\nWhy\r\n\r\nSigned-off-by: Kim\r\nSkip-Checks:true\r\n', 'skip-checks: true'],
])('%j says %s', (message, marker) => {
  expect(skipMarkerOf(message)).toBe(marker);
});

test.each([
  '',
  'Mend it',
  'Say what [skip ci ] does',
  'skip ci',
  'skip-checks: true',
  'Mend it\n\nskip-checks: true\n\nor rather not',
  'Mend it\n\nskip-checks: truely',
])('%j says nothing', message => {
  expect(skipMarkerOf(message)).toBeNull();
});
