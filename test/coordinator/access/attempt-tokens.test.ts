import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type AttemptClaims, createAttemptTokens } from '#coordinator/access/attempt-tokens.ts';
import { createBootTickets } from '#coordinator/access/boot-tickets.ts';
import { newId } from '#coordinator/store/new-id.ts';
import { commitSha } from '#shared/ids.ts';

const key = randomBytes(32);
const tokens = createAttemptTokens(key);
const claims: AttemptClaims = {
  scope: 'source',
  attempt: newId.attempt(),
  repository: newId.repository(),
  commit: commitSha.parse('a'.repeat(40)),
  exp: 10_000,
};

test('a token gives back its claims until it expires', () => {
  const token = tokens.issue(claims);
  expect(tokens.verify(token, 'source', 9_999)).toEqual({ claims });
  expect(tokens.verify(token, 'source', 10_000)).toEqual({ rejected: 'expired' });
});

test('a token without a commit has none', () => {
  const { commit: _, ...uploads } = { ...claims, scope: 'uploads' as const };
  expect(tokens.verify(tokens.issue(uploads), 'uploads', 0)).toEqual({ claims: uploads });
});

test('the same claims give the same token, in whatever order they stand', () => {
  const { scope, ...rest } = claims;
  expect(tokens.issue({ ...rest, scope })).toBe(tokens.issue(claims));
});

test('a token for reading does not upload, and the other way round', () => {
  expect(tokens.verify(tokens.issue(claims), 'uploads', 0)).toEqual({ rejected: 'other-scope' });
  const uploads = tokens.issue({ ...claims, scope: 'uploads' });
  expect(tokens.verify(uploads, 'source', 0)).toEqual({ rejected: 'other-scope' });
});

test('a token signed with another key is forged', () => {
  const stranger = createAttemptTokens(randomBytes(32));
  expect(tokens.verify(stranger.issue(claims), 'source', 0)).toEqual({ rejected: 'forged' });
});

test('claims that were changed are forged', () => {
  const [, signature] = tokens.issue(claims).split('.');
  const changed = Buffer.from(JSON.stringify({ ...claims, repository: newId.repository() }));
  expect(tokens.verify(`${changed.toString('base64url')}.${signature}`, 'source', 0)).toEqual({
    rejected: 'forged',
  });
});

test('a signature made for another purpose with the same key is forged', () => {
  const [body] = tokens.issue(claims).split('.');
  const [, signature] = createBootTickets(key).ticketFor(newId.machine()).split('.');
  expect(tokens.verify(`${body}.${signature}`, 'source', 0)).toEqual({ rejected: 'forged' });
});

test.each(['', '.', 'a', 'a.', '.b', 'a.b.c', 'x'.repeat(2_000)])('"%.10s" is no token', text => {
  expect(tokens.verify(text, 'source', 0)).toEqual({ rejected: 'malformed' });
});

test('no other text is a token, however near it is', () => {
  const token = tokens.issue(claims);
  const edit = fc.tuple(fc.nat(token.length - 1), fc.constantFrom(...'ABCabc019-_.= '));
  fc.assert(
    fc.property(edit, ([place, character]) => {
      const edited = token.slice(0, place) + character + token.slice(place + 1);
      fc.pre(edited !== token);
      expect(tokens.verify(edited, 'source', 0)).toHaveProperty('rejected');
    }),
  );
});
