import type { BrowserContextOptions } from 'playwright-core';
import { ask } from './ask.ts';
import { type Roles, signInAs } from './somebody.ts';
import type { People } from './with-people.ts';

/** Signs in as a browser does. */
export async function sessionCookie(people: People): Promise<{ name: string; value: string }> {
  const link = new URL(people.makeLink()).hash.slice(1);
  const answer = await ask(people, '/api/v1/session', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ link }),
  });
  const [, name = '', value = ''] = /^([^=]+)=([^;]+)/.exec(answer.headers['set-cookie']?.[0] ?? '') ?? [];
  return { name, value };
}

/** The profile of a browser in which the administrator is signed in. */
export const signedIn = async (people: People): Promise<BrowserContextOptions> =>
  profileOf(await sessionCookie(people));

/** The profile of a browser in which somebody is signed in who has these roles. */
export async function signedInAs(
  people: People,
  login: string,
  roles: Roles = {},
): Promise<BrowserContextOptions> {
  const { headers } = await signInAs(people, login, roles);
  const [name = '', value = ''] = headers.cookie.split('=');
  return profileOf({ name, value });
}

function profileOf({ name, value }: { name: string; value: string }): BrowserContextOptions {
  const cookie = { name, value, domain: '127.0.0.1', path: '/', expires: -1, httpOnly: true, secure: false };
  return { storageState: { cookies: [{ ...cookie, sameSite: 'Lax' }], origins: [] } };
}
