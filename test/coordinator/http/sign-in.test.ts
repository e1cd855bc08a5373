import { afterEach, beforeEach, expect, test } from 'vitest';
import { listPeople } from '#coordinator/store/people.ts';
import { upsertRepository } from '#coordinator/store/repositories.ts';
import { type FakeGithub, startFakeGithub } from '#test/support/fake-github/fake-github.ts';
import { ask } from '#test/support/people/ask.ts';
import {
  answerGithub,
  begin,
  comeBack,
  cookiesOf,
  signInWithGithub,
  whoIs,
} from '#test/support/people/visit-github.ts';
import { type People, withPeople } from '#test/support/people/with-people.ts';

let fake: FakeGithub;
beforeEach(async () => {
  fake = await startFakeGithub();
});
afterEach(async () => {
  expect(fake.violations).toEqual([]);
  await fake.close();
});

const withGithub = (act: (people: People) => Promise<void>) => withPeople(act, undefined, fake);

/** It is on GitHub, private, and known here. */
async function addRepository(people: People, fullName: string, isPrivate = true): Promise<void> {
  const cloneUrl = `https://github.example.org/${fullName}.git`;
  fake.github.createRepository({ fullName, cloneUrl, isPrivate, head: 'a'.repeat(40) });
  const facts = { fullName, cloneUrl, defaultBranch: 'main', isPrivate, forge: 'github' as const };
  await people.store.write(tx => upsertRepository(tx, facts, people.clock.now));
}

const path = ({ method, path }: { method: string; path: string }) => `${method} ${path}`;

test('somebody signs in, is who GitHub says, and goes back to the page they came from', () =>
  withGithub(async people => {
    const { answer, headers } = await signInWithGithub(people, fake, 'kim', { to: '/runs/run_1?x=1#log' });
    expect(answer.status).toBe(303);
    expect(answer.headers.location).toBe(`${people.url}/runs/run_1?x=1#log`);
    expect(await whoIs(people, headers)).toMatchObject({ kind: 'person', name: 'kim' });
    const [kim] = await listPeople(people.store.read, 9);
    expect(kim).toMatchObject({ login: 'kim', forgeUserId: fake.github.accountId('kim') });
  }));

test('the token of GitHub is used once and ended at once, and is written nowhere', () =>
  withGithub(async people => {
    await signInWithGithub(people, fake, 'kim');
    expect(fake.requests.map(path)).toEqual([
      'POST /login/oauth/access_token',
      'GET /user',
      expect.stringMatching(/^DELETE \/applications\/Iv1\.of-the-tests\/token$/),
    ]);
    expect(fake.github.signIn()?.tokens.size).toBe(0);
    expect(JSON.stringify(people.logged)).not.toMatch(/ghu_|client-secret-of/);
  }));

test('whoever signs in has the roles that GitHub gives them, at once', () =>
  withGithub(async people => {
    await addRepository(people, 'acme/rocket');
    await addRepository(people, 'acme/secret');
    await addRepository(people, 'acme/open', false);
    fake.github.addPerson({
      repository: 'acme/rocket',
      login: 'kim',
      association: 'MEMBER',
      permission: 'maintain',
    });
    const { headers } = await signInWithGithub(people, fake, 'kim');
    expect((await whoIs(people, headers)).rights.forge).toEqual({ 'acme/rocket': 'maintainer' });
  }));

test('who says no on GitHub is told so, and nobody is signed in', () =>
  withGithub(async people => {
    const begun = await begin(people);
    const back = await answerGithub(fake, begun.location, 'kim', false);
    const answer = await comeBack(people, back, begun.cookie);
    expect(answer.status).toBe(403);
    expect(answer.text).toContain('GitHub has not said who this is.');
    expect(answer.headers['set-cookie']).toBeUndefined();
    expect(fake.requests).toEqual([]);
  }));

test('the way there carries no secret, and the cookie neither state nor verifier', () =>
  withGithub(async people => {
    const { location, cookie } = await begin(people, '/merging');
    const query = new URL(location).searchParams;
    expect([...query.keys()].sort()).toEqual([
      'client_id',
      'code_challenge',
      'code_challenge_method',
      'redirect_uri',
      'state',
    ]);
    expect(query.get('code_challenge_method')).toBe('S256');
    const carried = Buffer.from(cookie.split('=')[1]?.split('.')[0] ?? '', 'base64url').toString();
    expect(carried).not.toContain(query.get('state'));
    expect(cookie).toMatch(/^paddock-sign-in-[0-9a-f]{8}=/);
    const [header = ''] = (await ask(people, '/sign-in/github')).headers['set-cookie'] ?? [];
    expect(header).toMatch(/; Path=\/; HttpOnly; SameSite=Lax; Max-Age=600$/);
  }));

test('ten minutes are enough, and more are too many', () =>
  withGithub(async people => {
    const begun = await begin(people);
    const back = await answerGithub(fake, begun.location, 'kim');
    people.clock.now += 600_000;
    const answer = await comeBack(people, back, begun.cookie, 'application/json');
    expect([answer.status, JSON.parse(answer.text).code]).toEqual([403, 'not-begun-here']);
  }));

test.each([
  [
    'a secret that is wrong',
    () => void Object.assign(fake.github.signIn() ?? {}, { clientSecret: 'other' }),
    503,
    'forge-unavailable',
  ],
  ['GitHub that is down', () => fake.inject({ type: 'broken', status: 502 }), 503, 'forge-unavailable'],
  ['GitHub that hangs up', () => fake.inject({ type: 'reset' }), 503, 'forge-unavailable'],
  ['a code that GitHub does not know', () => fake.github.signIn()?.codes.clear(), 403, 'not-by-forge'],
])('%s: nobody is signed in, and no word of it is a secret', async (_, break_, status, code) => {
  await withGithub(async people => {
    const begun = await begin(people);
    const back = await answerGithub(fake, begun.location, 'kim');
    await break_();
    const answer = await comeBack(people, back, begun.cookie, 'application/json');
    expect([answer.status, JSON.parse(answer.text).code]).toEqual([status, code]);
    expect(cookiesOf(answer)).toEqual([]);
    const said = answer.text + JSON.stringify(people.logged);
    for (const secret of ['client-secret-of-the-tests', back.searchParams.get('code') ?? '-'])
      expect(said).not.toContain(secret);
  });
});

test('a token that cannot be ended keeps nobody out, and is told in the log', () =>
  withGithub(async people => {
    const begun = await begin(people);
    const back = await answerGithub(fake, begun.location, 'kim');
    // The exchange and the question are answered.
    fake.inject({ type: 'slow', until: Promise.resolve() }, 2);
    fake.inject({ type: 'broken', status: 502 });
    const answer = await comeBack(people, back, begun.cookie);
    expect(answer.status).toBe(303);
    expect(people.logged.map(({ msg }) => msg)).toContain(
      'the token of somebody who signed in could not be ended',
    );
  }));

test('signing out ends the session, and signing out everywhere those of other browsers too', () =>
  withGithub(async people => {
    const [first, second, third] = [
      await signInWithGithub(people, fake, 'kim'),
      await signInWithGithub(people, fake, 'kim'),
      await signInWithGithub(people, fake, 'lee'),
    ];
    const send = (method: string, url: string, headers: Record<string, string>, body?: object) =>
      ask(people, url, {
        method,
        headers: { ...headers, ...(body ? { 'content-type': 'application/json' } : {}) },
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
    await send('DELETE', '/api/v1/session', first.headers);
    const kinds = async () =>
      Promise.all([first, second, third].map(async ({ headers }) => (await whoIs(people, headers)).kind));
    expect(await kinds()).toEqual(['stranger', 'person', 'person']);
    const fourth = await signInWithGithub(people, fake, 'kim');
    expect((await send('POST', '/api/v1/sessions/end', fourth.headers, { whose: 'mine' })).status).toBe(200);
    expect(await kinds()).toEqual(['stranger', 'stranger', 'person']);
  }));

test('the page is told where to begin; without `github.sign-in` nothing is there', async () => {
  await withGithub(async people => {
    const { text } = await ask(people, '/api/v1/session');
    expect(JSON.parse(text).signInUrl).toBe(`${people.url}/sign-in/github`);
  });
  await withPeople(async people => {
    const { text } = await ask(people, '/api/v1/session');
    expect(JSON.parse(text).signInUrl).toBe(null);
    expect((await ask(people, '/sign-in/github')).status).toBe(404);
    expect((await ask(people, '/sign-in/github/callback?code=c&state=s')).status).toBe(404);
  });
});
