/** What a browser does that signs in with GitHub, step by step, so that a test can leave the way. */
import type { FakeGithub } from '#test/support/fake-github/fake-github.ts';
import { type Answer, ask } from './ask.ts';

/** Where a coordinator's pages are. */
type Place = { port: number };

/** The cookies that an answer sets, as a browser sends them. */
export const cookiesOf = ({ headers }: Answer): string[] =>
  (headers['set-cookie'] ?? []).map(each => each.split(';')[0] ?? '').filter(each => !each.endsWith('='));

/** The button is pressed. */
export async function begin(
  people: Place,
  to = '/',
  cookie = '',
): Promise<{ location: string; cookie: string }> {
  const headers = { ...(cookie ? { cookie } : {}), accept: 'text/html' };
  const answer = await ask(people, `/sign-in/github?to=${encodeURIComponent(to)}`, { headers });
  return { location: answer.headers.location ?? '', cookie: cookiesOf(answer)[0] ?? '' };
}

/** Somebody says yes or no on GitHub's page. @returns where GitHub sends the browser. */
export async function answerGithub(
  fake: FakeGithub,
  location: string,
  login: string,
  isYes = true,
): Promise<URL> {
  fake.github.visitAs(login);
  const asked = await fetch(location, { redirect: 'manual' });
  const given =
    asked.status === 302
      ? asked
      : await fetch(location, {
          method: 'POST',
          body: new URLSearchParams({ authorize: isYes ? '1' : '0' }),
          redirect: 'manual',
        });
  return new URL(given.headers.get('location') ?? 'about:blank');
}

/** The browser is sent back. */
export const comeBack = (people: Place, url: URL, cookie: string, accept = 'text/html'): Promise<Answer> =>
  ask(people, `${url.pathname}${url.search}`, {
    headers: { cookie, accept, 'sec-fetch-site': 'cross-site' },
  });

/** The whole way. */
export async function signInWithGithub(
  people: Place,
  fake: FakeGithub,
  login: string,
  { to = '/', cookie = '' }: { to?: string; cookie?: string } = {},
): Promise<{ answer: Answer; headers: { cookie: string } }> {
  const begun = await begin(people, to, cookie);
  const back = await answerGithub(fake, begun.location, login);
  const answer = await comeBack(people, back, [cookie, begun.cookie].filter(Boolean).join('; '));
  const session = cookiesOf(answer).find(each => !each.includes('sign-in')) ?? '';
  return { answer, headers: { cookie: session } };
}

/** Who the owner of these headers is, and what they may. */
export async function whoIs(people: Place, headers: Record<string, string>) {
  const { text } = await ask(people, '/api/v1/session', { headers });
  const { who, rights } = JSON.parse(text) as { who: { kind: string; name: string | null }; rights: unknown };
  return { ...who, rights: rights as { forge: Record<string, string> } };
}
