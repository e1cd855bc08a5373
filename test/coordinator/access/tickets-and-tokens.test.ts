import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { bearerOf } from '#coordinator/access/bearer.ts';
import { createBootTickets } from '#coordinator/access/boot-tickets.ts';
import {
  checkJoinToken,
  hashJoinToken,
  isJoinToken,
  makeJoinToken,
} from '#coordinator/access/join-tokens.ts';
import { newId } from '#coordinator/store/new-id.ts';
import { limits } from '#shared/limits.ts';
import { enrolRequest } from '#shared/messages.ts';

const tickets = createBootTickets(randomBytes(32));
const publicKey = `U${'A'.repeat(55)}`;
const fits = (token: string) => enrolRequest.safeParse({ v: 1, token, publicKey }).success;

test('a ticket names its machine, and is the same every time', () => {
  const machine = newId.machine();
  const ticket = tickets.ticketFor(machine);
  expect(tickets.machineOf(ticket)).toBe(machine);
  expect(tickets.ticketFor(machine)).toBe(ticket);
  expect(fits(ticket)).toBe(true);
});

test('a ticket of one machine is none of another, and none of another coordinator', () => {
  const [, signature] = tickets.ticketFor(newId.machine()).split('.');
  expect(tickets.machineOf(`${newId.machine()}.${signature}`)).toBeNull();
  expect(createBootTickets(randomBytes(32)).machineOf(tickets.ticketFor(newId.machine()))).toBeNull();
});

test.each(['', 'machine_x.y', newId.machine(), `${newId.machine()}.`, 'host_x.y', `${newId.machine()}.a.b`])(
  '"%s" is nobody’s ticket',
  text => {
    expect(tickets.machineOf(text)).toBeNull();
  },
);

test('a join token is shown once and stored as a hash', () => {
  const { token, hash, expiresAt } = makeJoinToken(1_000);
  expect(isJoinToken(token)).toBe(true);
  expect(fits(token)).toBe(true);
  expect(hash).toBe(hashJoinToken(token));
  expect(hash).not.toContain(token.slice(5));
  expect(expiresAt).toBe(1_000 + limits.joinTokenMs);
  expect(makeJoinToken(1_000).token).not.toBe(token);
});

test('a boot ticket is no join token', () => {
  expect(isJoinToken(tickets.ticketFor(newId.machine()))).toBe(false);
});

const unused = { expiresAt: 100, usedBy: null };
const used = { expiresAt: 100, usedBy: 'UA' };

test.each([
  ['an unknown token', null, 'UA', 0, { rejected: 'unknown' }],
  ['a new token', unused, 'UA', 99, { accepted: 'first' }],
  ['a new token after its end', unused, 'UA', 100, { rejected: 'expired' }],
  ['a used token with the same key', used, 'UA', 99, { accepted: 'again' }],
  ['a used token with the same key after its end', used, 'UA', 100, { rejected: 'expired' }],
  ['a used token with another key', used, 'UB', 99, { rejected: 'used' }],
  ['a used token with another key after its end', used, 'UB', 100, { rejected: 'used' }],
])('%s is judged rightly', (_, row, key, now, judgement) => {
  expect(checkJoinToken(row, key, now)).toEqual(judgement);
});

test.each([
  ['Bearer abc.d-e_f', 'abc.d-e_f'],
  ['bearer abc', 'abc'],
  ['Bearer  abc ', 'abc'],
  ['Basic abc', null],
  ['Bearer', null],
  ['Bearer a b', null],
  [undefined, null],
])('the token of the header "%s" is %s', (header, token) => {
  expect(bearerOf(header)).toBe(token);
});
