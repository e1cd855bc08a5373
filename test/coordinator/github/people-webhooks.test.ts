/** Webhooks that tell of people: how they read, and that what is taken away ends at once. */
import { expect, test } from 'vitest';
import { readDelivery } from '#coordinator/github/read-delivery.ts';
import { insertBrowserSession } from '#coordinator/store/browser-sessions.ts';
import { listDeliveries } from '#coordinator/store/deliveries.ts';
import { rolesOf } from '#coordinator/store/forge-roles.ts';
import { savePerson } from '#coordinator/store/people.ts';
import { findRepositoryByName, upsertRepository } from '#coordinator/store/repositories.ts';
import { until } from '#test/support/until.ts';
import { openGithubLab, repository } from '../support/github-lab.ts';
import { exampleOf } from './official-examples.ts';

const rocket = { repository: 'Codertocat/Hello-World' };
const who = expect.any(Number);

test.each<[string, string, object]>([
  ['member', 'added', { who, place: rocket, isLess: false }],
  ['member', 'edited', { who, place: rocket, isLess: true }],
  ['membership', 'added', { who, place: { owner: 'Octocoders' }, isLess: false }],
  ['membership', 'removed', { who, place: { owner: 'Octocoders' }, isLess: true }],
  ['organization', 'member_added', { who, place: { owner: 'Octocoders' }, isLess: false }],
  ['team', 'added_to_repository', { who: null, isLess: false }],
  ['team', 'removed_from_repository', { who: null, isLess: true }],
  ['team', 'deleted', { who: null, isLess: true }],
  ['team', 'edited', { who: null, isLess: true }],
  ['team_add', '', { who: null, isLess: false }],
])('%s %s of GitHub’s own example', (event, action, said) => {
  expect(readDelivery(event, exampleOf(event, action))).toMatchObject({ type: 'roles-changed', ...said });
});

test.each([
  ['team', 'created'],
  ['organization', 'member_invited'],
  ['organization', 'renamed'],
  ['repository', 'edited'],
])('by %s %s nobody may do more or less', (event, action) => {
  expect(readDelivery(event, exampleOf(event, action)).type).toBe('not-acted-on');
});

test('one that is no payload of GitHub’s is malformed; an account that is gone may be anybody’s', () => {
  const payload = exampleOf('membership', 'removed');
  expect(readDelivery('membership', { ...payload, organization: {} }).type).toBe('malformed');
  expect(readDelivery('membership', { ...payload, member: null })).toMatchObject({ who: null });
});

async function withPeople(
  act: (
    lab: Awaited<ReturnType<typeof openGithubLab>>,
    forge: (login: string) => Promise<string[]>,
  ) => Promise<void>,
): Promise<void> {
  const lab = await openGithubLab();
  try {
    const { store, clock, github } = lab;
    await lab.deliver(...github.ping({ repository }));
    const facts = {
      cloneUrl: 'https://github.example.org/x.git',
      defaultBranch: 'main',
      isPrivate: true,
      forge: 'github' as const,
    };
    github.createRepository({ ...facts, fullName: 'acme/other', isPrivate: true, head: 'a'.repeat(40) });
    const people = await store.write(async tx => {
      for (const fullName of [repository, 'acme/other'])
        await upsertRepository(tx, { ...facts, fullName }, clock.now);
      const made = [];
      for (const login of ['kim', 'lee']) {
        const person = await savePerson(tx, { forgeUserId: github.accountId(login), login }, clock.now);
        await insertBrowserSession(tx, {
          ...{ hash: login, person: person.id, browser: 'Firefox', createdAt: clock.now },
          expiresAt: clock.now + 86_400_000,
        });
        made.push(person);
      }
      return made;
    });
    for (const { login } of people)
      for (const fullName of [repository, 'acme/other'])
        github.addPerson({ repository: fullName, login, association: 'MEMBER', permission: 'write' });
    const forge = async (login: string) => {
      const person = people.find(each => each.login === login);
      if (!person) throw new Error(login);
      return (await rolesOf(store.read, person.id, 0))
        .map(({ fullName, role }) => `${fullName} ${role}`)
        .sort();
    };
    lab.brain.loops.roles.wake();
    await until(
      'both are looked at',
      async () => (await forge('lee')).length + (await forge('kim')).length === 4,
    );
    await act(lab, forge);
    expect(lab.fake.violations).toEqual([]);
    expect(lab.errors).toEqual([]);
  } finally {
    await lab.close();
  }
}

const both = ['acme/other maintainer', 'acme/rocket maintainer'];

test('a collaborator who is removed has no role at once, also while GitHub does not answer; others keep theirs', () =>
  withPeople(async (lab, forge) => {
    await lab.fake.goDown();
    const before = lab.rights.changes;
    await lab.deliver(...lab.github.changeRole({ repository, login: 'kim', permission: null }));
    expect(await forge('kim')).toEqual(['acme/other maintainer']);
    expect(await forge('lee')).toEqual(both);
    expect(lab.rights.changes).toBeGreaterThan(before);
    const [told] = await listDeliveries(lab.store.read, 1, null);
    expect([told?.verdict, told?.note]).toEqual(['acted-on', 'roles in acme/rocket are asked anew']);
    await lab.fake.comeBack();
  }));

test('a collaborator who has another role has it within a moment', () =>
  withPeople(async (lab, forge) => {
    await lab.deliver(...lab.github.changeRole({ repository, login: 'kim', permission: 'triage' }));
    await until('it is asked for', async () => (await forge('kim'))[1] === 'acme/rocket contributor');
    await lab.deliver(...lab.github.changeRole({ repository, login: 'kim', permission: 'admin' }));
    await until('it is asked for', async () => (await forge('kim'))[1] === 'acme/rocket admin');
  }));

test('who leaves an organization has no role in any of its repositories', () =>
  withPeople(async (lab, forge) => {
    await lab.fake.goDown();
    await lab.deliver(...lab.github.leaveOrganization({ organization: 'acme', login: 'kim' }));
    expect([await forge('kim'), await forge('lee')]).toEqual([[], both]);
    await lab.fake.comeBack();
  }));

test('a repository that is made private is of nobody until GitHub was asked anew', () =>
  withPeople(async (lab, forge) => {
    await lab.fake.goDown();
    const payload = exampleOf('repository', 'privatized') as { repository: Record<string, unknown> };
    Object.assign(payload.repository, { full_name: repository, private: true });
    await lab.deliver({ event: 'repository', repository, payload: { ...payload } });
    expect((await findRepositoryByName(lab.store.read, repository))?.isPrivate).toBe(true);
    expect([await forge('kim'), await forge('lee')]).toEqual([
      ['acme/other maintainer'],
      ['acme/other maintainer'],
    ]);
    await lab.fake.comeBack();
  }));

test('a look that was under way when a role was taken away does not give it back', () =>
  withPeople(async (lab, forge) => {
    const late = Promise.withResolvers<void>();
    // GitHub says what was true, and its answer arrives after the webhook.
    lab.fake.freeze();
    await lab.deliver(...lab.github.changeRole({ repository, login: 'kim', permission: 'admin' }));
    await until('it is asked for', async () => (await forge('kim'))[1] === 'acme/rocket maintainer');
    lab.fake.inject({ type: 'slow', until: late.promise }, 3);
    const asked = lab.fake.requests.length;
    await lab.deliver(...lab.github.changeRole({ repository, login: 'kim', permission: 'write' }));
    await until('it waits for GitHub', () => lab.fake.requests.length > asked);
    await lab.deliver(...lab.github.changeRole({ repository, login: 'kim', permission: null }));
    lab.fake.thaw();
    late.resolve();
    await until('it was asked again', () => lab.fake.requests.length >= asked + 6);
    await until(
      'what counts is what was said last',
      async () => (await forge('kim')).join() === 'acme/other maintainer',
    );
  }));
