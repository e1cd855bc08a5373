/** Every route of the people's listener, and what it asks of whoever uses it. */
import Fastify from 'fastify';
import { expect, test } from 'vitest';
import { addGuard, type Door, everybody } from '#coordinator/http/guard.ts';
import { type Permission, permissionNames, permissions, type Role, roles } from '#shared/roles.ts';
import { ask } from '#test/support/people/ask.ts';
import { addJob, addRepository, addRun } from '#test/support/people/rows.ts';
import { giveToken, signInAs } from '#test/support/people/somebody.ts';
import { type People, withPeople } from '#test/support/people/with-people.ts';

test('a route that does not say who may use it is not built, in no corner', async () => {
  await withPeople(async people => {
    const app = Fastify();
    addGuard(app, { access: people.access, repositoryOf: async () => null });
    app.get('/fine', { config: everybody('it is a test') }, async () => ({}));
    expect(() => app.get('/forgotten', async () => ({}))).toThrow('/forgotten does not say who may use it');
    app.register(async scope => {
      scope.post('/corner', async () => ({}));
    });
    await expect(app.ready().then(() => {})).rejects.toThrow('/corner does not say who may use it');
  });
});

const withPermission = (doors: readonly Door[], of: 'repository' | 'coordinator') =>
  doors.flatMap(({ method, url, needs }) =>
    method !== 'HEAD' && 'permission' in needs && permissions[needs.permission].of === of
      ? [{ method, url, permission: needs.permission as Permission }]
      : [],
  );

test('every permission of the table is asked for somewhere', () =>
  withPeople(async ({ app }) => {
    const asked = new Set(app.doors.map(({ needs }) => ('permission' in needs ? needs.permission : 'see')));
    expect(permissionNames.filter(name => !asked.has(name))).toEqual([]);
  }));

const json = { 'content-type': 'application/json' };

/** Requests that would do something if they were let through. */
async function knock(
  people: People,
  { method, url }: { method: string; url: string },
  headers: object,
  ids: Ids,
) {
  const path = url.replace('/runs/:id', `/runs/${ids.run}`).replace('/jobs/:id', `/jobs/${ids.job}`);
  return ask(people, path, {
    method,
    headers: { ...json, ...headers },
    ...(method === 'POST' || method === 'PUT' ? { body: JSON.stringify(bodyOf(url, ids)) } : {}),
  });
}

const bodyOf = (url: string, { commit }: Ids): object => {
  if (url.endsWith('/approve')) return { commit };
  if (url.startsWith('/api/v1/merges')) return { repository: 'acme/secret', number: 7 };
  return { repository: 'acme/secret' };
};

type Ids = { run: string; job: string; commit: string };

async function secretRun(people: People): Promise<Ids> {
  const repository = await addRepository(people, { fullName: 'acme/secret', isPrivate: true });
  const run = await addRun(people, {}, repository);
  return { run: run.id, job: (await addJob(people, run)).id, commit: run.commit };
}

const codeOf = (text: string): string => JSON.parse(text).code;

test.each(roles)('whoever is %s of a repository gets what the table says there, and no more', role =>
  withPeople(async people => {
    const ids = await secretRun(people);
    const { headers } = await signInAs(people, 'octocat', { 'acme/secret': role });
    for (const door of withPermission(people.app.doors, 'repository')) {
      const { status, text } = await knock(people, door, headers, ids);
      const isEnough = roles.indexOf(role) >= roles.indexOf(permissions[door.permission].role);
      const refused = status === 403 ? codeOf(text) : null;
      expect([door, refused]).toEqual([door, isEnough ? null : 'missing-permission']);
      if (isEnough) expect([door, [401, 404].includes(status)]).toEqual([door, false]);
    }
  }),
);

test('who has a role elsewhere acts on a private repository as on one that is not there', () =>
  withPeople(async people => {
    const ids = await secretRun(people);
    const nobody = '0'.repeat(26);
    const none = { run: `run_${nobody}`, job: `job_${nobody}`, commit: ids.commit };
    const { headers } = await signInAs(people, 'mallory', { 'other/*': 'maintainer' });
    const doors = withPermission(people.app.doors, 'repository').filter(({ url }) =>
      /runs\/|jobs\//.test(url),
    );
    expect(doors.length).toBeGreaterThanOrEqual(5);
    for (const door of doors) {
      const [there, absent] = [
        await knock(people, door, headers, ids),
        await knock(people, door, headers, none),
      ];
      expect([door, there.status, there.text]).toEqual([door, 404, absent.text]);
    }
  }));

test.each(['viewer', 'contributor', 'maintainer', 'admin'] as Role[])(
  'a %s of all repositories of an owner changes nothing of the coordinator, nor looks into it',
  role =>
    withPeople(async people => {
      const ids = await secretRun(people);
      const somebody = await signInAs(people, 'octocat', { 'acme/*': role });
      const program = await giveToken(people, { role, pattern: 'acme/*' });
      for (const { headers } of [somebody, program])
        for (const door of withPermission(people.app.doors, 'coordinator')) {
          const { status, text } = await knock(people, door, headers, ids);
          expect([door, status, status === 403 && codeOf(text)]).toEqual([door, 403, 'missing-permission']);
        }
    }),
);

test('a stranger is asked to sign in before anything else is looked at', () =>
  withPeople(async people => {
    const ids = await secretRun(people);
    for (const door of [
      ...withPermission(people.app.doors, 'coordinator'),
      ...withPermission(people.app.doors, 'repository'),
    ]) {
      const { status, text } = await knock(people, door, {}, ids);
      expect([door, status, codeOf(text)]).toEqual([door, 401, 'not-signed-in']);
    }
  }));
