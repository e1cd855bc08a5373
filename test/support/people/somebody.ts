/** People who have signed in, and programs with a token, with the roles that a test gives them. */
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { makeApiToken } from '#coordinator/access/api-token-text.ts';
import { type ApiToken, insertApiToken } from '#coordinator/store/api-tokens.ts';
import { type Person, savePerson } from '#coordinator/store/people.ts';
import { saveRoleGrant } from '#coordinator/store/role-grants.ts';
import type { GrantedRole } from '#shared/roles.ts';
import type { People } from './with-people.ts';

export type Roles = Record<string, GrantedRole>;

let users = 1_000;

/** Gives roles by pattern, as an administrator does. */
export async function giveRoles(
  { store, clock, access }: People,
  login: string,
  roles: Roles,
): Promise<void> {
  await store.write(async tx => {
    for (const [pattern, role] of Object.entries(roles))
      await saveRoleGrant(tx, { login, pattern, role, by: 'the administrator', at: clock.now });
  });
  access.changed();
}

/** Somebody who has signed in, with the headers of their browser. */
export async function signInAs(
  people: People,
  login: string,
  roles: Roles = {},
): Promise<{ person: Person; headers: { cookie: string } }> {
  const { store, clock, access } = people;
  const person = await store.write(tx => savePerson(tx, { forgeUserId: ++users, login }, clock.now));
  await giveRoles(people, login, roles);
  const message = new IncomingMessage(new Socket());
  const { setCookie } = await access.signIn(person.id, message);
  return { person, headers: { cookie: setCookie.split(';')[0] ?? '' } };
}

/** A token, with the headers of a program that shows it. */
export async function giveToken(
  { store, clock }: People,
  facts: Partial<ApiToken> = {},
): Promise<{ token: ApiToken; text: string; headers: { authorization: string } }> {
  const { text, hash } = makeApiToken();
  const token = await store.write(tx =>
    insertApiToken(tx, hash, {
      ...{ name: 'nightly', kind: 'program', maker: null, role: 'viewer', pattern: 'acme/*' },
      ...{ createdAt: clock.now, expiresAt: clock.now + 86_400_000 },
      ...facts,
    }),
  );
  return { token, text, headers: { authorization: `Bearer ${text}` } };
}
