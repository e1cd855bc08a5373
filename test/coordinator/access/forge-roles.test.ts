/** What GitHub says of people, asked of the stand-in by the real client, and kept in a real store. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Permission } from '#coordinator/demo/github-stand-in/records.ts';
import { findPersonOfForge } from '#coordinator/store/people.ts';
import { limits } from '#shared/limits.ts';
import { type FakeGithub, startFakeGithub } from '#test/support/fake-github/fake-github.ts';
import { ask } from '#test/support/people/ask.ts';
import { addRepository, addRun } from '#test/support/people/rows.ts';
import { giveRoles, giveToken } from '#test/support/people/somebody.ts';
import { signInWithGithub, whoIs } from '#test/support/people/visit-github.ts';
import { type People, withPeople } from '#test/support/people/with-people.ts';
import { until } from '#test/support/until.ts';

let fake: FakeGithub;
beforeEach(async () => {
  fake = await startFakeGithub();
});
afterEach(async () => {
  expect(fake.violations).toEqual([]);
  await fake.close();
});

const withGithub = (act: (people: People) => Promise<void>) => withPeople(act, undefined, fake);

async function createRepository(people: People, fullName: string, isPrivate = true): Promise<void> {
  const { cloneUrl } = await addRepository(people, { fullName, isPrivate });
  fake.github.createRepository({ fullName, cloneUrl, isPrivate, head: 'a'.repeat(40) });
}

const allow = (repository: string, login: string, permission: Permission) =>
  fake.github.addPerson({ repository, login, association: 'COLLABORATOR', permission });

const permissionCalls = () => fake.requests.filter(({ path }) => path.endsWith('/permission')).length;

/** The loop comes by, and has nothing left to do. */
async function pass(people: People, ms: number): Promise<void> {
  people.clock.now += ms;
  people.access.changed();
  const before = permissionCalls();
  people.roles?.wake();
  await until('they are looked at', () => permissionCalls() > before);
}

test.each<[Permission, string | undefined, string | undefined]>([
  ['admin', 'admin', 'admin'],
  ['maintain', 'maintainer', 'maintainer'],
  ['write', 'maintainer', 'maintainer'],
  ['triage', 'contributor', 'contributor'],
  ['read', 'viewer', undefined],
  ['none', undefined, undefined],
])('%s on GitHub is %s here, in a public repository %s', (permission, privately, publicly) =>
  withGithub(async people => {
    await createRepository(people, 'acme/secret');
    await createRepository(people, 'acme/open', false);
    allow('acme/secret', 'kim', permission);
    allow('acme/open', 'kim', permission);
    const { headers } = await signInWithGithub(people, fake, 'kim');
    const { forge } = (await whoIs(people, headers)).rights;
    expect([forge['acme/secret'], forge['acme/open']]).toEqual([privately, publicly]);
  }),
);

test('what is given by hand stands above what GitHub says, in both directions', () =>
  withGithub(async people => {
    for (const name of ['acme/a', 'acme/b']) await createRepository(people, name);
    allow('acme/a', 'kim', 'admin');
    const { headers } = await signInWithGithub(people, fake, 'kim');
    await giveRoles(people, 'kim', { 'acme/a': 'none', 'acme/b': 'viewer' });
    const { rights } = await whoIs(people, headers);
    expect(rights).toMatchObject({
      grants: [
        { pattern: 'acme/a', role: 'none' },
        { pattern: 'acme/b', role: 'viewer' },
      ],
      forge: { 'acme/a': 'admin' },
    });
    // None in the one, where GitHub says admin; a reader in the other, of which it says nothing.
    const seen = async (name: string) => {
      const repository = await addRepository(people, { fullName: name, isPrivate: true });
      const run = await addRun(people, {}, repository);
      return (await ask(people, `/api/v1/runs/${run.id}`, { headers })).status;
    };
    expect([await seen('acme/a'), await seen('acme/b')]).toEqual([404, 200]);
  }));

test('roles are asked anew every half hour, and end with what GitHub says', () =>
  withGithub(async people => {
    await createRepository(people, 'acme/rocket');
    allow('acme/rocket', 'kim', 'write');
    const { headers } = await signInWithGithub(people, fake, 'kim');
    const forge = async () => (await whoIs(people, headers)).rights.forge;
    expect(await forge()).toEqual({ 'acme/rocket': 'maintainer' });
    allow('acme/rocket', 'kim', 'read');
    people.roles?.wake();
    expect(await forge()).toEqual({ 'acme/rocket': 'maintainer' });
    await pass(people, limits.roleLookMs);
    await until('GitHub is believed', async () => (await forge())['acme/rocket'] === 'viewer');
    allow('acme/rocket', 'kim', 'none');
    await pass(people, limits.roleLookMs);
    await until('GitHub is believed', async () => !('acme/rocket' in (await forge())));
  }));

test('while GitHub does not answer, roles count for an hour, and no half of an answer does', () =>
  withGithub(async people => {
    await createRepository(people, 'acme/a');
    await createRepository(people, 'acme/b');
    for (const name of ['acme/a', 'acme/b']) allow(name, 'kim', 'write');
    const { headers } = await signInWithGithub(people, fake, 'kim');
    const forge = async () => (await whoIs(people, headers)).rights.forge;
    const both = { 'acme/a': 'maintainer', 'acme/b': 'maintainer' };
    allow('acme/a', 'kim', 'none');
    allow('acme/b', 'kim', 'none');
    // The name, one repository, and then nothing.
    fake.inject({ type: 'slow', until: Promise.resolve() }, 2);
    fake.inject({ type: 'broken', status: 502 }, 1_000);
    people.clock.now += limits.forgeRoleTrustMs - 1;
    people.access.changed();
    people.roles?.wake();
    await until('it is told', () =>
      people.logged.some(({ msg }) => msg.includes('what kim may on GitHub is not known')),
    );
    expect(await forge()).toEqual(both);
    people.clock.now += 2;
    people.access.changed();
    expect(await forge()).toEqual({});
    fake.heal();
    for (const name of ['acme/a', 'acme/b']) allow(name, 'kim', 'triage');
    await pass(people, limits.roleTickMs);
    await until('GitHub is back', async () => (await forge())['acme/b'] === 'contributor');
  }));

test('whoever has a token is looked at without a browser; whoever has neither is not', () =>
  withGithub(async people => {
    await createRepository(people, 'acme/rocket');
    for (const login of ['kim', 'lee']) allow('acme/rocket', login, 'write');
    const kim = await signInWithGithub(people, fake, 'kim');
    const lee = await signInWithGithub(people, fake, 'lee');
    const person = await findPersonOfForge(people.store.read, fake.github.accountId('kim'));
    await giveToken(people, { kind: 'personal', maker: person?.id ?? null, role: 'viewer', pattern: '*' });
    for (const { headers } of [kim, lee]) await ask(people, '/api/v1/session', { method: 'DELETE', headers });
    const before = fake.requests.length;
    await pass(people, limits.roleLookMs);
    await until('the look is over', () => fake.requests.slice(before).length === 2);
    expect(fake.requests.slice(before).map(({ path }) => path)).toEqual([
      `/user/${fake.github.accountId('kim')}`,
      '/repos/acme/rocket/collaborators/kim/permission',
    ]);
  }));

test('whoever GitHub gives nothing is asked about every six hours only', () =>
  withGithub(async people => {
    await createRepository(people, 'acme/rocket');
    await createRepository(people, 'acme/open', false);
    const { headers } = await signInWithGithub(people, fake, 'mallory');
    const after = permissionCalls();
    for (let n = 0; n < 5; n++) {
      people.clock.now += limits.roleLookMs;
      people.access.changed();
      people.roles?.wake();
      await whoIs(people, headers);
    }
    expect(permissionCalls()).toBe(after);
    await pass(people, limits.roleLookInVainMs);
  }));

test('a repository that is new is asked about soon', () =>
  withGithub(async people => {
    await createRepository(people, 'acme/rocket');
    allow('acme/rocket', 'kim', 'write');
    const { headers } = await signInWithGithub(people, fake, 'kim');
    await createRepository(people, 'acme/new');
    allow('acme/new', 'kim', 'admin');
    await pass(people, limits.roleLookSoonMs);
    await until(
      'it is known',
      async () => (await whoIs(people, headers)).rights.forge['acme/new'] === 'admin',
    );
  }));
