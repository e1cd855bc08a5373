/**
 * Signing in elsewhere by GitHub: the page that asks, the exchange of its code, and the tokens that come of it.
 * Source: https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-user-access-token-for-a-github-app
 */
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { accountId, userJson } from './account-json.ts';
import { type ApiAnswer, type ApiRequest, ok, refused } from './api-answer.ts';
import { page } from './page.ts';
import type { SignInRecord } from './records.ts';
import type { World } from './world.ts';

const codeMs = 600_000;

export function offerSignIn(
  world: World,
  given: Pick<SignInRecord, 'clientId' | 'clientSecret' | 'callbackUrls'>,
): void {
  world.signIn = { ...given, authorized: new Set(), codes: new Map(), tokens: new Map() };
}

/** Somebody gives their account another name; the one they had is free. */
export function renameAccount({ links, vacant, repositories }: World, from: string, to: string): void {
  links.renumbered ??= new Map();
  links.renumbered.set(to.toLowerCase(), accountId(links, from));
  vacant.add(from.toLowerCase());
  vacant.delete(to.toLowerCase());
  for (const { people } of repositories.values()) {
    const person = people.get(from);
    people.delete(from);
    if (person) people.set(to, person);
  }
}

/** Another account takes a name that is free. */
export function takeName({ links, vacant }: World, login: string): void {
  assert(vacant.delete(login.toLowerCase()), `the name ${login} is not free`);
  links.renumbered ??= new Map();
  links.renumbered.set(login.toLowerCase(), randomBytes(4).readUInt32BE(0) >>> 1);
}

/** What was asked for, if GitHub would go on with it. */
function askedOf({ signIn }: World, query: URLSearchParams) {
  const redirectUri = query.get('redirect_uri') ?? signIn?.callbackUrls[0] ?? '';
  const method = query.get('code_challenge_method');
  const challenge = query.get('code_challenge');
  if (!signIn || query.get('client_id') !== signIn.clientId) return null;
  if (!signIn.callbackUrls.includes(redirectUri)) return null;
  if (challenge !== null && method !== 'S256') return null;
  return { signIn, redirectUri, challenge, state: query.get('state') };
}

function backTo(redirectUri: string, more: Record<string, string | null>): ApiAnswer {
  const target = new URL(redirectUri);
  for (const [name, value] of Object.entries(more)) if (value !== null) target.searchParams.set(name, value);
  return { status: 302, body: undefined, headers: { location: target.href } };
}

const question =
  '<form method="post"><button name="authorize" value="1">Authorize</button><button name="authorize" value="0">Cancel</button></form>';

/** The page at which somebody says yes; null for any other. */
export function answerSignInPage(world: World, { method, path, query, body }: ApiRequest): ApiAnswer | null {
  if (path !== '/login/oauth/authorize') return null;
  const asked = askedOf(world, query);
  if (!asked)
    return page(404, 'The redirect_uri MUST match the registered callback URL for this application.');
  const { visitor } = world;
  if (visitor === null) return page(200, 'Sign in to GitHub');
  const { signIn, redirectUri, challenge, state } = asked;
  if (method === 'POST') {
    const said = typeof body === 'object' && body !== null && 'authorize' in body ? body.authorize : null;
    if (said !== '1')
      return backTo(redirectUri, {
        error: 'access_denied',
        error_description: 'The user has denied your application access.',
        state,
      });
    signIn.authorized.add(visitor);
  }
  if (!signIn.authorized.has(visitor)) return page(200, `Authorize, ${visitor}?`, question);
  const code = randomBytes(10).toString('hex');
  signIn.codes.set(code, { login: visitor, redirectUri, challenge, at: world.now() });
  return backTo(redirectUri, { code, state });
}

const textsOf = (body: unknown): Record<string, string> =>
  typeof body === 'object' && body !== null
    ? Object.fromEntries(Object.entries(body).map(([name, value]) => [name, String(value)]))
    : {};

const failed = (error: string): ApiAnswer =>
  ok({ error, error_description: error, error_uri: 'https://docs.github.com' });

/** `POST /login/oauth/access_token`, which is no call of the API; null for any other. A code that is shown is used up. */
export function answerExchange(world: World, { method, path, body }: ApiRequest): ApiAnswer | null {
  if (path !== '/login/oauth/access_token' || method !== 'POST') return null;
  const { signIn } = world;
  const { client_id, client_secret, code = '', redirect_uri, code_verifier = '' } = textsOf(body);
  if (!signIn || client_id !== signIn.clientId || client_secret !== signIn.clientSecret)
    return failed('incorrect_client_credentials');
  const given = signIn.codes.get(code);
  signIn.codes.delete(code);
  if (!given || given.at + codeMs <= world.now()) return failed('bad_verification_code');
  if (redirect_uri !== given.redirectUri) return failed('redirect_uri_mismatch');
  const challenge = createHash('sha256').update(code_verifier).digest('base64url');
  if (given.challenge !== null && challenge !== given.challenge) return failed('bad_verification_code');
  const token = `ghu_${randomBytes(18).toString('hex')}`;
  signIn.tokens.set(token, given.login);
  return ok({ access_token: token, token_type: 'bearer', scope: '' });
}

/** Calls of the App about such tokens, by its id and secret; null for any other. */
export function answerTokens(world: World, request: ApiRequest): ApiAnswer | null {
  const [, clientId] = /^\/applications\/([^/]+)\/token$/.exec(request.path) ?? [];
  if (clientId === undefined) return null;
  const { signIn } = world;
  const [, shown = ''] = /^basic (\S+)$/i.exec(request.headers.authorization ?? '') ?? [];
  const isOurs =
    signIn?.clientId === clientId &&
    Buffer.from(shown, 'base64').toString() === `${signIn.clientId}:${signIn.clientSecret}`;
  if (!signIn || !isOurs) return refused(401, 'Bad credentials');
  const { access_token: token = '' } = textsOf(request.body);
  if (!signIn.tokens.has(token)) return refused(404, 'Not Found');
  if (request.method !== 'DELETE') return refused(501, 'Not Implemented');
  signIn.tokens.delete(token);
  return { status: 204, body: undefined };
}

/** The account of that number, as far as it was met. */
export function answerAccount(
  { links, signIn, vacant }: World,
  { method, path }: ApiRequest,
): ApiAnswer | null {
  const [, id] = /^\/user\/(\d+)$/.exec(path) ?? [];
  if (id === undefined || method !== 'GET') return null;
  const met = [...(signIn?.authorized ?? []), ...(links.renumbered?.keys() ?? [])];
  const login = met.find(each => accountId(links, each) === Number(id) && !vacant.has(each.toLowerCase()));
  return login === undefined ? refused(404, 'Not Found') : ok(userJson(links, login));
}
