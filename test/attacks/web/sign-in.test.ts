/** Signing in with GitHub, with answers that were planted, repeated or taken over, and accounts that change their names. */
import { expect } from 'vitest';
import { findPersonOfForge, listPeople } from '#coordinator/store/people.ts';
import { upsertRepository } from '#coordinator/store/repositories.ts';
import { limits } from '#shared/limits.ts';
import { type FakeGithub, startFakeGithub } from '#test/support/fake-github/fake-github.ts';
import { ask } from '#test/support/people/ask.ts';
import { addRepository } from '#test/support/people/rows.ts';
import { giveRoles } from '#test/support/people/somebody.ts';
import {
  answerGithub,
  begin,
  comeBack,
  cookiesOf,
  signInWithGithub,
  whoIs,
} from '#test/support/people/visit-github.ts';
import { type People, withPeople } from '#test/support/people/with-people.ts';
import { attacksOn } from '../support/attack.ts';

const attack = attacksOn('web');

async function withGithub(act: (people: People, fake: FakeGithub) => Promise<string>): Promise<string> {
  const fake = await startFakeGithub();
  let got = '';
  try {
    const tried = async (people: People) => {
      got = await act(people, fake);
    };
    await withPeople(tried, undefined, fake);
    expect(fake.violations).toEqual([]);
    return got;
  } finally {
    await fake.close();
  }
}

const codeOf = ({ text }: { text: string }): string => JSON.parse(text).code;

attack(
  'somebody is signed in as the attacker, by an answer of GitHub that the attacker brought them',
  'stranger',
  () =>
    withGithub(async (people, fake) => {
      const theirs = await begin(people);
      const planted = await answerGithub(fake, theirs.location, 'mallory');
      const victims = [await begin(people), { cookie: '' }];
      for (const { cookie } of victims) {
        const answer = await comeBack(people, planted, cookie, 'application/json');
        expect([answer.status, codeOf(answer), cookiesOf(answer)]).toEqual([403, 'not-begun-here', []]);
      }
      expect(await listPeople(people.store.read, 9)).toEqual([]);
      return '403: this browser has not begun to sign in';
    }),
);

attack('an answer of GitHub is used again, one after the other and at once', 'stranger', () =>
  withGithub(async (people, fake) => {
    const begun = await begin(people);
    const back = await answerGithub(fake, begun.location, 'kim');
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => comeBack(people, back, begun.cookie, 'application/json')),
    );
    answers.push(await comeBack(people, back, begun.cookie, 'application/json'));
    expect(answers.filter(({ status }) => status === 303)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 403)).toHaveLength(10);
    // A new code does not make the old ticket good again.
    const another = await answerGithub(fake, begun.location, 'kim');
    expect((await comeBack(people, another, begun.cookie)).status).toBe(403);
    return '403 for all but one';
  }),
);

attack('a code of GitHub that was meant for another browser signs the attacker in', 'network', () =>
  withGithub(async (people, fake) => {
    const victim = await begin(people);
    const stolen = await answerGithub(fake, victim.location, 'kim');
    const attacker = await begin(people);
    const state = new URL(attacker.location).searchParams.get('state') ?? '';
    stolen.searchParams.set('state', state);
    const answer = await comeBack(people, stolen, attacker.cookie, 'application/json');
    expect([answer.status, codeOf(answer)]).toEqual([403, 'not-by-forge']);
    expect(await listPeople(people.store.read, 9)).toEqual([]);
    return '403: GitHub wants the verifier of whoever asked';
  }),
);

attack('signing in leads to a page of the attacker', 'stranger', () =>
  withGithub(async (people, fake) => {
    const asked = [
      '//evil.example/',
      'https://evil.example/',
      '/\\evil.example',
      '/.//evil.example',
      '/\t/evil.example',
      'javascript:alert(1)',
      '@evil.example',
      '.evil.example',
    ];
    for (const to of asked) {
      const { answer } = await signInWithGithub(people, fake, 'kim', { to });
      expect([answer.status, answer.headers.location], to).toEqual([303, `${people.url}/`]);
    }
    return 'the first page';
  }),
);

attack('a session that the attacker put into a browser becomes that of whoever signs in', 'stranger', () =>
  withGithub(async (people, fake) => {
    const planted = await signInWithGithub(people, fake, 'mallory');
    const [name = ''] = planted.headers.cookie.split('=');
    for (const cookie of [planted.headers.cookie, `${name}=${'A'.repeat(43)}`]) {
      const { headers } = await signInWithGithub(people, fake, 'kim', { cookie });
      expect(headers.cookie).not.toBe(cookie);
      expect(await whoIs(people, headers)).toMatchObject({ name: 'kim' });
      expect(await whoIs(people, { cookie })).toMatchObject({ kind: 'stranger' });
    }
    return 'a new session; the planted one is over';
  }),
);

attack('another site has somebody signed in who has not asked for it', 'stranger', () =>
  withGithub(async people => {
    const headers = { 'sec-fetch-site': 'cross-site', accept: 'text/html' };
    const answer = await ask(people, '/sign-in/github?to=/people', { headers });
    expect([answer.status, answer.headers.location, cookiesOf(answer)]).toEqual([303, '/sign-in', []]);
    return 'the page with the button';
  }),
);

attack('whoever takes the name that an account gave up has its session, roles and grants', 'stranger', () =>
  withGithub(async (people, fake) => {
    await secret(people, fake, 'kim');
    const kim = await signInWithGithub(people, fake, 'kim');
    await giveRoles(people, 'kim', { 'acme/other': 'admin' });
    fake.github.renameAccount({ from: 'kim', to: 'kim-lee' });
    fake.github.takeName('kim');
    const taker = await signInWithGithub(people, fake, 'kim');
    expect((await whoIs(people, taker.headers)).rights).toMatchObject({ grants: [], forge: {} });
    const again = await signInWithGithub(people, fake, 'kim-lee');
    for (const { headers } of [kim, again])
      expect(await whoIs(people, headers)).toMatchObject({
        name: 'kim-lee',
        rights: { grants: [{ pattern: 'acme/other', role: 'admin' }], forge: { 'acme/secret': 'admin' } },
      });
    // What an administrator gives to the name from now on is for who has it now.
    await giveRoles(people, 'kim', { 'acme/new': 'viewer' });
    const roles = (await whoIs(people, again.headers)).rights as unknown as { grants: unknown[] };
    expect(roles.grants).toHaveLength(1);
    return 'nothing: people are known by the number of their account';
  }),
);

attack('an account has the role that GitHub gives another one of its name', 'stranger', () =>
  withGithub(async (people, fake) => {
    await secret(people, fake, 'nobody');
    const { headers } = await signInWithGithub(people, fake, 'kim');
    fake.github.renameAccount({ from: 'kim', to: 'kim-lee' });
    fake.github.takeName('kim');
    fake.github.addPerson({
      ...{ repository: 'acme/secret', login: 'kim', association: 'OWNER', permission: 'admin' },
    });
    people.clock.now += limits.roleLookInVainMs;
    people.access.changed();
    // GitHub does not say what they are called now: the old name is asked for.
    fake.inject({ type: 'forbidden' });
    const kim = await findPersonOfForge(people.store.read, fake.github.accountId('kim-lee'));
    if (kim) await people.roles?.lookAt(kim.id, new AbortController().signal);
    expect(fake.requests.at(-1)?.path).toBe('/repos/acme/secret/collaborators/kim/permission');
    expect((await whoIs(people, headers)).rights.forge).toEqual({});
    const fresh = await signInWithGithub(people, fake, 'kim-lee');
    expect((await whoIs(people, fresh.headers)).rights.forge).toEqual({});
    return 'none: an answer about another number is no answer';
  }),
);

attack('whoever read a repository while it was public reads it when it is private', 'stranger', () =>
  withGithub(async (people, fake) => {
    const { cloneUrl } = await addRepository(people, { fullName: 'acme/open' });
    fake.github.createRepository({ fullName: 'acme/open', cloneUrl, head: 'a'.repeat(40) });
    const { headers } = await signInWithGithub(people, fake, 'mallory');
    const facts = {
      fullName: 'acme/open',
      cloneUrl,
      defaultBranch: 'main',
      isPrivate: true,
      forge: 'github' as const,
    };
    await people.store.write(tx => upsertRepository(tx, facts, people.clock.now));
    expect((await whoIs(people, headers)).rights.forge).toEqual({});
    const badge = (name: string) => ask(people, `/badges/${name}.svg`, { headers });
    expect((await badge('acme/open')).text).toBe(
      (await badge('acme/nowhere')).text.replaceAll('nowhere', 'open'),
    );
    return 'no role: as if it were not there';
  }),
);

attack('people on their way back from GitHub keep the coordinator and GitHub busy', 'stranger', () =>
  withGithub(async (people, fake) => {
    const slow = Promise.withResolvers<void>();
    const ready = await Promise.all(
      Array.from({ length: limits.signInsAtOnce + 1 }, async (_, n) => {
        const begun = await begin(people);
        return { begun, n };
      }),
    );
    fake.inject({ type: 'slow', until: slow.promise }, limits.signInsAtOnce);
    const backs = [];
    for (const { begun, n } of ready)
      backs.push({ begun, back: await answerGithub(fake, begun.location, `user-${n}`) });
    const answers = backs.map(({ begun, back }) => comeBack(people, back, begun.cookie, 'application/json'));
    const first = await Promise.race(answers);
    expect([first.status, codeOf(first)]).toEqual([503, 'too-many-sign-ins']);
    slow.resolve();
    const all = await Promise.all(answers);
    expect(all.filter(({ status }) => status === 303)).toHaveLength(limits.signInsAtOnce);
    return `503 beyond ${limits.signInsAtOnce} at once`;
  }),
);

/** A private repository in which this account may everything. */
async function secret(people: People, fake: FakeGithub, login: string): Promise<void> {
  const { cloneUrl } = await addRepository(people, { fullName: 'acme/secret', isPrivate: true });
  fake.github.createRepository({ fullName: 'acme/secret', cloneUrl, isPrivate: true, head: 'a'.repeat(40) });
  fake.github.addPerson({ repository: 'acme/secret', login, association: 'MEMBER', permission: 'admin' });
}
