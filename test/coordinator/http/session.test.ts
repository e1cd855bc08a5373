import { expect, test } from 'vitest';
import { signInLink } from '#shared/api.ts';
import { ask } from '#test/support/people/ask.ts';
import { type People, withPeople } from '#test/support/people/with-people.ts';

const json = { 'content-type': 'application/json' };

const signIn = (people: People, link: unknown) =>
  ask(people, '/api/v1/session', { method: 'POST', headers: json, body: JSON.stringify({ link }) });

const secretOf = (people: People): string => new URL(people.makeLink()).hash.slice(1);

test('a one-time link signs a browser in, once', () =>
  withPeople(async people => {
    const secret = secretOf(people);
    const first = await signIn(people, secret);
    expect(first).toMatchObject({ status: 204, text: '' });
    expect(await signIn(people, secret)).toMatchObject({ status: 401 });
    const [cookie = ''] = first.headers['set-cookie'] ?? [];
    expect(cookie).toMatch(/; Path=\/; HttpOnly; SameSite=Lax/);
    const headers = { cookie: cookie.split(';')[0] ?? '' };
    expect(await ask(people, '/api/v1/system', { headers })).toMatchObject({ status: 200 });
  }));

test('of many who try the same link at once one gets in', () =>
  withPeople(async people => {
    const secret = secretOf(people);
    const answers = await Promise.all(Array.from({ length: 20 }, () => signIn(people, secret)));
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(1);
  }));

test('a link is for ten minutes', () =>
  withPeople(async people => {
    const answer = await ask(people, '/api/v1/links', { method: 'POST', headers: people.admin });
    const { url, expiresAt } = signInLink.parse(JSON.parse(answer.text));
    expect(url).toMatch(new RegExp(`^${people.url}/sign-in#[\\w-]{43}$`));
    expect(expiresAt - Date.now()).toBeLessThanOrEqual(600_000);
  }));

test('reading the sign-in page spends nothing and shows no secret', () =>
  withPeople(async people => {
    const secret = secretOf(people);
    const page = await ask(people, '/sign-in');
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(page.text).not.toContain(secret);
    expect((await signIn(people, secret)).status).toBe(204);
  }));

test.each([['nonsense'], [''], [null], [17], [{ secret: 'x' }], [['x']], ['x'.repeat(100_000)]])(
  'a link that is none is refused (%j)',
  link =>
    withPeople(async people => {
      secretOf(people);
      expect((await signIn(people, link)).status).toBe(401);
    }),
);

test('signing out makes the browser forget', () =>
  withPeople(async people => {
    const signedIn = await signIn(people, secretOf(people));
    const [cookie = ''] = signedIn.headers['set-cookie'] ?? [];
    const answer = await ask(people, '/api/v1/session', { method: 'DELETE', headers: { cookie } });
    expect(answer.status).toBe(204);
    expect(answer.headers['set-cookie']?.[0]).toMatch(/^paddock-\w+=; .*Max-Age=0/);
  }));

test('another site can neither sign a browser in nor out', () =>
  withPeople(async people => {
    const headers = { ...json, origin: 'https://evil.example' };
    const body = JSON.stringify({ link: secretOf(people) });
    for (const method of ['POST', 'DELETE'])
      expect((await ask(people, '/api/v1/session', { method, headers, body })).status).toBe(403);
  }));
