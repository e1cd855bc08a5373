/**
 * How an App is made from a manifest: a page of GitHub's takes it and sends the browser back with a code, which is
 * good once and for an hour. In between it asks for the name once more.
 * Source: https://docs.github.com/apps/sharing-github-apps/registering-a-github-app-from-a-manifest
 */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { type ApiAnswer, type ApiRequest, created, refused } from './api-answer.ts';
import { newSecret, pingApp } from './app-hook.ts';
import { appJson } from './app-json.ts';
import { escaped, page } from './page.ts';
import type { Manifest } from './records.ts';
import { answerSignInPage, offerSignIn } from './sign-in.ts';
import { nextId, type World } from './world.ts';

const codeMs = 3_600_000;

/** What has to be readable for an event to be heard of; GitHub refuses a manifest that asks for one without. */
const eventNeeds: Record<string, string> = {
  pull_request: 'pull_requests',
  pull_request_review: 'pull_requests',
  push: 'contents',
  issue_comment: 'issues',
  check_run: 'checks',
  check_suite: 'checks',
  merge_group: 'merge_queues',
  member: 'members',
  membership: 'members',
  organization: 'members',
  team: 'members',
  repository: 'metadata',
};

/** The name can be changed; everything else is as it was asked for. */
const confirmation = (manifest: Manifest): string =>
  `<form method="post"><input type="hidden" name="manifest" value="${escaped(JSON.stringify(manifest))}">` +
  `<input name="name" value="${escaped(manifest.name)}"><button>Create GitHub App for ${escaped(manifest.name)}</button></form>`;

function problemOf(manifest: Partial<Manifest>): string | null {
  const {
    name = '',
    url,
    redirect_url,
    hook_attributes,
    default_events = [],
    default_permissions,
  } = manifest;
  if (name === '' || name.length > 34) return 'Name is missing, or too long (maximum is 34 characters)';
  if (!url || !redirect_url) return 'Error: url and redirect_url are required';
  if (hook_attributes && !URL.canParse(hook_attributes.url)) return 'Hook url is invalid';
  const unheard = default_events.filter(event => !default_permissions?.[eventNeeds[event] ?? '']);
  return unheard.length > 0 ? `Default events unsupported: ${unheard.join(', ')}` : null;
}

/** The pages of GitHub that a browser meets; null for any other. */
export function answerPage(world: World, request: ApiRequest): ApiAnswer | null {
  const { method, path, query, body } = request;
  const ofSignIn = answerSignInPage(world, request);
  if (ofSignIn) return ofSignIn;
  const [, organization] =
    /^\/(?:organizations\/([\w-]+)\/)?settings\/apps\/new$/.exec(path) ?? ([] as string[]);
  if (!/\/settings\/apps\/new$/.test(path)) return null;
  if (method !== 'POST') return page(200, 'Register new GitHub App');
  const text = typeof body === 'object' && body !== null && 'manifest' in body ? String(body.manifest) : '{}';
  const asked: Manifest = JSON.parse(text);
  const problem = problemOf(asked);
  if (problem !== null) return page(422, problem);
  const named = typeof body === 'object' && body !== null && 'name' in body ? String(body.name) : null;
  if (named === null) return page(200, 'Create GitHub App', confirmation(asked));
  const manifest = { ...asked, name: named };
  const code = randomBytes(20).toString('hex');
  world.manifests.set(code, { manifest, organization: organization ?? null, at: world.now() });
  const target = new URL(manifest.redirect_url);
  target.searchParams.set('code', code);
  const state = query.get('state');
  if (state !== null) target.searchParams.set('state', state);
  return { status: 302, body: undefined, headers: { location: target.href } };
}

/** `POST /app-manifests/{code}/conversions`, a call of nobody; null for any other call. */
export function convert(world: World, { method, path }: ApiRequest): ApiAnswer | null {
  const [, code] = /^\/app-manifests\/([^/]+)\/conversions$/.exec(path) ?? [];
  if (code === undefined || method !== 'POST') return null;
  const asked = world.manifests.get(code);
  world.manifests.delete(code);
  if (!asked || asked.at + codeMs <= world.now()) return refused(404, 'Not Found');
  const { manifest, organization } = asked;
  const { publicKey, privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2_048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });
  const hook = manifest.hook_attributes;
  const secret = hook?.active === false || !hook ? null : newSecret();
  const app = {
    id: nextId(world),
    slug: manifest.name.toLowerCase().replace(/[^a-z0-9]+/g, '-'),
    name: manifest.name,
    owner:
      organization === null ? { login: 'ada', type: 'User' } : { login: organization, type: 'Organization' },
    publicKey,
    permissions: manifest.default_permissions ?? {},
    events: manifest.default_events ?? [],
    hook: hook && secret !== null ? { url: hook.url, secret, contentType: 'json', insecureSsl: '0' } : null,
    deliveries: [],
    installations: new Map(),
    tokens: new Map(),
  };
  world.app = app;
  pingApp(world);
  const [clientId, clientSecret] = [`Iv1.${code.slice(0, 16)}`, newSecret()];
  offerSignIn(world, { clientId, clientSecret, callbackUrls: manifest.callback_urls ?? [] });
  const secrets = { client_id: clientId, client_secret: clientSecret, webhook_secret: secret };
  return created({ ...appJson(world.links, app), ...secrets, pem: privateKey });
}
