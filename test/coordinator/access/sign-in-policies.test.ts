/** What signing in decides by itself: where it leads back to, which answers count, who is looked at next, how many calls there are. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createCallBudget } from '#coordinator/access/call-budget.ts';
import { localPath } from '#coordinator/access/local-path.ts';
import { createLookBook } from '#coordinator/access/look-book.ts';
import { createSignInTickets } from '#coordinator/access/sign-in-tickets.ts';
import type { PersonId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';

test.each([
  ['/', '/'],
  ['/runs/run_1?a=1&b=%2F#L12', '/runs/run_1?a=1&b=%2F#L12'],
  ['/a/../b', '/b'],
])('%s leads to %s', (asked, led) => expect(localPath(asked)).toBe(led));

test.each([
  [undefined],
  [''],
  ['runs'],
  ['https://evil.example/'],
  ['//evil.example/'],
  ['/\\evil.example/'],
  ['\\\\evil.example'],
  ['/.//evil.example'],
  ['/..//evil.example'],
  ['/a/..//evil.example'],
  ['/\t/evil.example'],
  ['\t//evil.example'],
  ['javascript:alert(1)'],
  ['/sign-in'],
  ['/sign-in/github?to=/'],
  [`/${'x'.repeat(limits.signInPathChars)}`],
])('%j leads to the first page', asked => expect(localPath(asked)).toBe('/'));

test('wherever somebody asks to be led, they stay here', () => {
  const piece = fc.constantFrom(
    '/',
    '\\',
    '.',
    '..',
    ':',
    '@',
    '\t',
    '\n',
    '%2f',
    '?',
    '#',
    'evil.example',
    'x',
  );
  fc.assert(
    fc.property(
      fc.array(piece).map(parts => parts.join('')),
      asked => {
        const led = localPath(`/${asked}`);
        expect(led).toMatch(/^\/(?![/\\])[\x21-\x7e]*$/);
        expect(new URL(led, 'https://ci.example.org').origin).toBe('https://ci.example.org');
        expect(new URL(`https://ci.example.org${led}`).host).toBe('ci.example.org');
      },
    ),
    { numRuns: 2_000 },
  );
});

const key = Buffer.alloc(32, 7);
const cookieOf = (header: string) => header.split(';')[0] ?? '';

test('a ticket is good once, for ten minutes, for its own state, and only as it was made', () => {
  const tickets = createSignInTickets(key, true);
  const { setCookie, state } = tickets.make('/merging', 0);
  expect(setCookie).toMatch(
    /^__Host-paddock-sign-in-[0-9a-f]{8}=.*; Path=\/; HttpOnly; SameSite=Lax; Secure; Max-Age=600$/,
  );
  const cookie = cookieOf(setCookie);
  const other = tickets.make('/', 0);
  expect(tickets.use(cookie, other.state, 1)).toBe(null);
  expect(tickets.use(undefined, state, 1)).toBe(null);
  expect(tickets.use(cookie, '', 1)).toBe(null);
  const [name, value = ''] = cookie.split('=');
  const [body = '', mac] = value.split('.');
  const forged = Buffer.from(
    Buffer.from(body, 'base64url').toString().replace('/merging', '/other12'),
  ).toString('base64url');
  for (const text of [`${forged}.${mac}`, body, `${body}.`, '.', `${body}.${mac}x`])
    expect(tickets.use(`${name}=${text}`, state, 1)).toBe(null);
  expect(createSignInTickets(Buffer.alloc(32, 8), true).use(cookie, state, 1)).toBe(null);
  expect(tickets.use(cookie, state, limits.signInMs)).toBe(null);
  const used = tickets.use(`a=b; ${cookieOf(other.setCookie)}; ${cookie}`, state, 1);
  expect(used).toMatchObject({ to: '/merging', verifier: expect.stringMatching(/^[\w-]{43}$/) });
  expect(tickets.use(cookie, state, 2)).toBe(null);
});

test('which tickets were used is remembered within bounds', () => {
  const tickets = createSignInTickets(key, false);
  const first = tickets.make('/', 0);
  tickets.use(cookieOf(first.setCookie), first.state, 1);
  for (let n = 0; n < limits.signInsRemembered; n++) {
    const { setCookie, state } = tickets.make('/', 1);
    if (n < limits.signInsRemembered - 1) tickets.use(cookieOf(setCookie), state, 1);
    else expect(tickets.use(cookieOf(first.setCookie), first.state, 1)).toBe(null);
  }
}, 30_000);

const hour = 3_600_000;

test('calls come back over the hour; some are kept for those who have a role', () => {
  const clock = { now: 0 };
  const budget = createCallBudget(100, () => clock.now);
  expect(budget.take(40, 50)).toBe(0);
  expect(budget.take(40, 50)).toBe((30 * hour) / 100);
  expect(budget.take(60)).toBe(0);
  expect(budget.take(1)).toBe(hour / 100);
  clock.now += hour / 100;
  expect(budget.take(1)).toBe(0);
  clock.now += 9 * hour;
  // More than there ever is.
  expect(budget.take(300)).toBe(0);
  clock.now += hour;
  expect(budget.take(1)).toBeGreaterThan(0);
  clock.now += 2 * hour;
  expect(budget.take(1)).toBe(0);
});

const people = ['kim', 'lee', 'robin'].map(id => ({ id: id as PersonId }));
const [kim, lee, robin] = people.map(({ id }) => id) as [PersonId, PersonId, PersonId];

test('who was never looked at comes first, then who was longest ago, and last who has nothing', () => {
  const book = createLookBook();
  book.looked(kim, { at: 5, repositories: 2, hasRoles: false });
  book.looked(lee, { at: 9, repositories: 2, hasRoles: true });
  const order = () => book.inTurn(people, 2).map(({ id }) => id);
  expect(order()).toEqual([robin, lee, kim]);
  expect(book.dueAt(robin, 2)).toBe(Number.NEGATIVE_INFINITY);
  expect(book.dueAt(lee, 2)).toBe(9 + limits.roleLookMs);
  expect(book.dueAt(kim, 2)).toBe(5 + limits.roleLookInVainMs);
  // There is another repository.
  expect(book.dueAt(kim, 3)).toBe(5 + limits.roleLookSoonMs);
  book.failed(robin, 77);
  expect(book.dueAt(robin, 2)).toBe(77);
  book.want(robin);
  expect(book.dueAt(robin, 2)).toBe(Number.NEGATIVE_INFINITY);
  book.keepOnly(new Set([lee]));
  expect(book.dueAt(kim, 2)).toBe(Number.NEGATIVE_INFINITY);
});

test.each<[string, PersonId | null, boolean]>([
  ['of this one', kim, true],
  ['of anybody', null, true],
  ['of another', lee, false],
])('what is heard %s meanwhile: a look is void or not', (_, who, isVoid) => {
  const book = createLookBook();
  const mark = book.mark(kim);
  book.looked(kim, { at: 5, repositories: 2, hasRoles: true });
  book.touch(who);
  expect(book.isVoid(kim, mark)).toBe(isVoid);
  expect(book.dueAt(kim, 2) === Number.NEGATIVE_INFINITY).toBe(isVoid);
});
