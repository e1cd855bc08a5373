/** People, tokens, sessions and secrets in the states in which their pages find them, with names as long as they come. */
import { revokeApiToken } from '#coordinator/store/api-tokens.ts';
import { replaceForgeRoles } from '#coordinator/store/forge-roles.ts';
import { newId } from '#coordinator/store/new-id.ts';
import { logSecretsGiven } from '#coordinator/store/secret-log.ts';
import { ask } from './ask.ts';
import { lease } from './lease.ts';
import { addJob, addRepository, addRun } from './rows.ts';
import { giveRoles, giveToken, signInAs } from './somebody.ts';
import type { People } from './with-people.ts';

const day = 86_400_000;

export async function fillPeople(people: People): Promise<void> {
  const { store, clock } = people;
  const secret = await addRepository(people, { fullName: 'acme/secret', isPrivate: true });
  const kim = await signInAs(people, 'kim', { 'acme/*': 'maintainer' });
  await signInAs(people, 'a-name-of-thirty-nine-letters-as-github', {
    'an-owner-with-a-long-name/a-repository-with-a-long-name': 'contributor',
  });
  const robin = await signInAs(people, 'robin');
  await signInAs(people, 'octocat');
  await giveRoles(people, 'lee', { 'acme/secret': 'none' });
  for (const { person } of [kim, robin])
    await store.write(tx =>
      replaceForgeRoles(tx, person.id, [{ repositoryId: secret.id, role: 'viewer' }], clock.now - 240_000),
    );
  await giveToken(people, {
    ...{ name: 'what a program is called that has much to say of itself', role: 'contributor' },
  });
  await giveToken(people, { name: 'weekly', expiresAt: clock.now + 60 * day, pattern: '*' });
  await giveToken(people, {
    name: 'laptop',
    kind: 'personal',
    maker: kim.person.id,
    expiresAt: clock.now + 3 * day,
  });
  const leaked = await giveToken(people, { name: 'leaked' });
  await store.write(tx => revokeApiToken(tx, leaked.token.id, clock.now));
}

const place = { stage: '', form: 'variable', images: [], labels: {} } as const;

/** Secrets of every kind, one of which a job was given; by the API, as administrators set them. */
export async function fillSecrets(people: People): Promise<void> {
  const values = [
    { ...place, name: 'DEPLOY_TOKEN', repository: 'acme/rocket' },
    {
      ...place,
      name: 'REGISTRY_TOKEN',
      repository: 'an-owner-with-a-long-name/*',
      labels: { site: 'berlin' },
    },
    {
      ...{ ...place, name: 'SIGNING_KEY_OF_ALL_THAT_IS_RELEASED', repository: 'acme/rocket' },
      ...{ stage: 'on-merge', form: 'file', images: ['debian-*', 'openbsd-7.9'] },
    },
  ];
  for (const secret of values)
    await ask(people, '/api/v1/secrets', {
      method: 'POST',
      headers: { ...people.admin, 'content-type': 'application/json' },
      body: JSON.stringify({ ...secret, value: 'correct horse battery staple' }),
    });
  const { attempt, job, run } = await recipient(people);
  const given = { ...place, scope: 'acme/rocket', name: 'DEPLOY_TOKEN', version: 1 };
  const to = { attempt, job, run, image: 'debian-12', host: newId.host() };
  await people.store.write(tx => logSecretsGiven(tx, [given], to, people.clock.now));
}

async function recipient(people: People) {
  const run = await addRun(people);
  const { attempt, job } = await lease(people, await addJob(people, run));
  return { attempt, job, run: run.id };
}
