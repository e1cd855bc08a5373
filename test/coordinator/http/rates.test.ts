/** How often somebody may ask, in virtual time; and who is refused at the real door. */
import { expect, test } from 'vitest';
import { rootActor, stranger } from '#coordinator/access/actor.ts';
import { createRateLimit, networkOf } from '#coordinator/http/rate-limit.ts';
import { createRates } from '#coordinator/http/rates.ts';
import { limits } from '#shared/limits.ts';
import { noRights } from '#shared/roles.ts';
import { type Ask, ask, webhook } from '#test/support/people/ask.ts';
import { giveToken, signInAs } from '#test/support/people/somebody.ts';
import { type People, withPeople } from '#test/support/people/with-people.ts';

test('what one minute counted is forgotten in the next', () => {
  let now = 0;
  const limit = createRateLimit(2, () => now);
  expect([limit('a'), limit('a'), limit('a'), limit('b')]).toEqual([0, 0, 60, 0]);
  now = 45_500;
  expect(limit('a')).toBe(15);
  now = 60_000;
  expect(limit('a')).toBe(0);
});

test('strangers without number take no memory, and nothing from those who were there', () => {
  const limit = createRateLimit(2, () => 0, 3);
  for (const key of ['a', 'b', 'c']) expect(limit(key)).toBe(0);
  const crowd = Array.from({ length: 1_000 }, (_, n) => limit(`stranger ${n}`));
  // As many as ten of them may, together; then they wait.
  expect(crowd.filter(wait => wait === 0)).toHaveLength(2 * limits.crowdShare);
  expect([limit('a'), limit('a')]).toEqual([0, 60]);
});

test.each([
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8:1:2::1', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['192.0.2.1', '192.0.2.1'],
])('%s is of %s', (address, network) => {
  expect(networkOf(address)).toBe(network);
});

test('twenty live pages of one reader, each asking once a second, are never refused', () => {
  let now = 0;
  const rates = createRates(() => now);
  for (let second = 0; second < 600; second++) {
    now = second * 1_000;
    for (let page = 0; page < 20; page++) rates.count(stranger, '192.0.2.1', 'read');
  }
});

const program = (token: string) =>
  ({
    who: { kind: 'token', token, name: 'ci', isPersonal: false, maker: null },
    rights: noRights,
  }) as unknown as typeof stranger;

test('each token has a count of its own, whatever its name, and strangers have none of theirs', () => {
  const rates = createRates(() => 0);
  const write = (actor: typeof stranger) => () => rates.count(actor, '192.0.2.1', 'write');
  for (let n = 0; n < limits.writesPerMinute; n++) write(program('token_a'))();
  expect(write(program('token_a'))).toThrow('too many requests');
  expect(write(program('token_b'))).not.toThrow();
  expect(write(stranger)).not.toThrow();
  expect(write(rootActor(null))).not.toThrow();
  expect(() => rates.count(program('token_a'), '192.0.2.1', 'read')).not.toThrow();
});

const codeOf = async (people: People, path: string, options: Ask = {}) => {
  const { status, headers } = await ask(people, path, options);
  return [status, headers['paddock-refusal'] ?? null, headers['retry-after'] ?? null];
};

const seconds = expect.stringMatching(/^[1-9]\d?$/);

test('who guesses tokens is told to wait, and a right one from the same address passes', () =>
  withPeople(async people => {
    const guess = { headers: { authorization: 'Bearer wrong' } };
    for (let n = 0; n < limits.guessesPerMinute; n++)
      expect(await codeOf(people, '/api/v1/runs', guess)).toEqual([401, 'wrong-token', null]);
    expect(await codeOf(people, '/api/v1/runs', guess)).toEqual([429, 'too-many-guesses', seconds]);
    const { headers } = await giveToken(people);
    expect((await ask(people, '/api/v1/runs', { headers })).status).toBe(200);
    expect((await ask(people, '/api/v1/runs')).status).toBe(200);
  }));

test('who guesses links or signatures is told to wait, and what is right passes', () =>
  withPeople(async people => {
    const link = (secret: string) =>
      codeOf(people, '/api/v1/session', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ link: secret }),
      });
    const half = limits.guessesPerMinute / 2;
    for (let n = 0; n < half; n++) expect(await link('wrong')).toEqual([401, 'used-link', null]);
    const forged = { method: 'POST', body: '{}', headers: { 'x-hub-signature-256': 'sha256=00' } };
    for (let n = 0; n < half; n++)
      expect(await codeOf(people, '/hooks/github', forged)).toEqual([401, 'webhook-forged', null]);
    expect(await codeOf(people, '/hooks/github', forged)).toEqual([429, 'too-many-guesses', seconds]);
    expect(await link('wrong')).toEqual([429, 'too-many-guesses', seconds]);
    expect((await ask(people, '/hooks/github', webhook('{}'))).status).toBe(202);
    expect(await link(people.makeLink().split('#')[1] ?? '')).toEqual([204, null, null]);
  }));

test('who changes too much is told to wait, reads on, and holds nobody else up', () =>
  withPeople(async people => {
    const [mallory, octocat] = [await signInAs(people, 'mallory'), await signInAs(people, 'octocat')];
    const write = ({ headers }: typeof mallory) =>
      codeOf(people, '/api/v1/sessions/end', {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json', origin: people.url },
        body: '{}',
      });
    for (let n = 0; n < limits.writesPerMinute; n++) await write(mallory);
    expect(await write(mallory)).toEqual([429, 'too-many-requests', seconds]);
    expect((await ask(people, '/api/v1/runs', mallory)).status).toBe(200);
    expect(await write(octocat)).toEqual([400, 'not-understood', null]);
  }));
