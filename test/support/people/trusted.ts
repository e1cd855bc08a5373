/** People, tokens and sessions in the states in which the page of people finds them, with names as long as they come. */
import { revokeApiToken } from '#coordinator/store/api-tokens.ts';
import { replaceForgeRoles } from '#coordinator/store/forge-roles.ts';
import { addRepository } from './rows.ts';
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
