import type { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { addressOf, senderOf } from '#coordinator/http/sender.ts';

const from = (remoteAddress: string, forwarded?: string) => ({
  socket: { remoteAddress } as Socket,
  headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
});

test.each([
  ['whoever comes from elsewhere speaks for itself', '192.0.2.1', '198.51.100.7', '192.0.2.1', '192.0.2.1'],
  ['a proxy here names whom it saw', '127.0.0.1', '198.51.100.7', '198.51.100.7', '198.51.100.7'],
  ['and not what its client wrote', '127.0.0.1', '10.0.0.1, 198.51.100.7', '198.51.100.7', '198.51.100.7'],
  ['a name that is no address counts as this computer', '::1', 'junk<script>', null, '::1'],
  ['so does an address with a port', '127.0.0.1', '198.51.100.7:99', null, '127.0.0.1'],
  ['and a program here', '127.0.0.1', undefined, null, '127.0.0.1'],
])('%s', (_, remote, forwarded, sender, address) => {
  expect(senderOf(from(remote, forwarded))).toBe(sender);
  expect(addressOf(from(remote, forwarded))).toBe(address);
});
