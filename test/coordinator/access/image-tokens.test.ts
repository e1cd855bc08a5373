import { expect, test } from 'vitest';
import { createImageTokens } from '#coordinator/access/image-tokens.ts';
import { limits } from '#shared/limits.ts';
import { newHostId } from '#test/contract/driver/desired-machine.ts';

const tokens = createImageTokens(new Uint8Array(32).fill(7));
const host = newHostId();
const now = 1_795_992_661_536;

test('a token is its host’s for hours and is the same meanwhile', () => {
  const token = tokens.tokenFor(host, now);
  expect(tokens.hostOf(token, now + limits.imageTokenMs)).toBe(host);
  expect(tokens.hostOf(token, now + 2 * limits.imageTokenMs)).toBeNull();
  expect(tokens.tokenFor(host, now + 1)).toBe(token);
});

test.each([
  ['nothing', ''],
  ['another host', tokens.tokenFor(host, now).replace(host, newHostId())],
  ['a later end', tokens.tokenFor(host, now).replace(/\.\d+\./, '.9999999999999.')],
  ['another coordinator', createImageTokens(new Uint8Array(32).fill(8)).tokenFor(host, now)],
  ['more than a token', `${tokens.tokenFor(host, now)}.x`],
])('%s is nobody’s token', (_, token) => {
  expect(tokens.hostOf(token, now)).toBeNull();
});
