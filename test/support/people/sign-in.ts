import type { BrowserContextOptions } from 'playwright-core';
import { ask } from './ask.ts';
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
export async function signedIn(people: People): Promise<BrowserContextOptions> {
  const { name, value } = await sessionCookie(people);
  const cookie = { name, value, domain: '127.0.0.1', path: '/', expires: -1, httpOnly: true, secure: false };
  return { storageState: { cookies: [{ ...cookie, sameSite: 'Lax' }], origins: [] } };
}
