/**
 * A GitHub App: it proves itself by a signed token, and gets tokens of its installations, which end after an hour.
 * Source: https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app
 */
import assert from 'node:assert/strict';
import { createPublicKey, randomBytes, verify } from 'node:crypto';
import { accountJson, isoTime, numberOf } from './account-json.ts';
import { type ApiAnswer, type ApiRequest, created, invalid, ok, refused } from './api-answer.ts';
import { answerAppHook, pingApp } from './app-hook.ts';
import { appJson } from './app-json.ts';
import { paged } from './paged.ts';
import type { AppRecord, InstallationRecord, Permissions } from './records.ts';
import { ownerOf } from './repository-json.ts';
import { findRepository, nextId, type World } from './world.ts';

const tokenMs = 3_600_000;

export function createApp(
  world: World,
  input: Pick<AppRecord, 'id' | 'publicKey' | 'permissions'> &
    Partial<Pick<AppRecord, 'slug' | 'owner' | 'events'>> & { hook?: { url: string; secret: string } },
): void {
  const { hook, ...given } = input;
  world.app = {
    slug: 'paddock',
    name: 'Paddock',
    owner: { login: 'paddock', type: 'User' },
    events: [],
    ...given,
    hook: hook ? { ...hook, contentType: 'json', insecureSsl: '0' } : null,
    deliveries: [],
    installations: new Map(),
    tokens: new Map(),
  };
  pingApp(world);
}

/** @returns the number of the installation. */
export function installApp(world: World, owner: string, permissions?: Permissions): number {
  assert(world.app, 'the stand-in has no App; make it with createApp');
  const id = nextId(world);
  const granted = permissions ?? world.app.permissions;
  world.app.installations.set(id, {
    id,
    owner: owner.toLowerCase(),
    permissions: granted,
    suspendedAt: null,
  });
  return id;
}

/** The owner takes the App away: its tokens are worth nothing from now on. */
export function uninstallApp(world: World, id: number): void {
  world.app?.installations.delete(id);
  for (const [text, token] of world.app?.tokens ?? [])
    if (token.installation === id) world.app?.tokens.delete(text);
}

const parsed = (part: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(part, 'base64url').toString());

/** Its owner lets it do nothing for a while. */
export function suspendApp(world: World, id: number): void {
  const installation = world.app?.installations.get(id);
  assert(installation, `the App has no installation ${id}`);
  installation.suspendedAt = world.now();
}

/** Whether a JSON Web Token is the App's own, and good now; GitHub wants at most ten minutes. */
export function isAppToken(world: World, token: string): boolean {
  const [head = '', claims = '', signature = '', ...rest] = token.split('.');
  if (!world.app || rest.length > 0 || signature === '') return false;
  const key = createPublicKey(world.app.publicKey);
  const isSigned = verify(
    'RSA-SHA256',
    Buffer.from(`${head}.${claims}`),
    key,
    Buffer.from(signature, 'base64url'),
  );
  if (!isSigned || parsed(head).alg !== 'RS256') return false;
  const { iat, exp, iss } = parsed(claims);
  const now = world.now() / 1_000;
  const [from, to] = [Number(iat), Number(exp)];
  return String(iss) === String(world.app.id) && from <= now && now < to && to - from <= 600;
}

const installationOf = (world: World, owner: string): InstallationRecord | undefined =>
  [...(world.app?.installations.values() ?? [])].find(each => each.owner === owner.toLowerCase());

function installationJson(
  { links, app }: World,
  { id, owner, permissions, suspendedAt }: InstallationRecord,
) {
  const url = `${links.api}/app/installations/${id}`;
  return {
    id,
    account: accountJson(links, owner),
    repository_selection: 'all',
    access_tokens_url: `${url}/access_tokens`,
    repositories_url: `${links.api}/installation/repositories`,
    html_url: `${links.html}/settings/installations/${id}`,
    app_id: app?.id ?? 0,
    app_slug: app?.slug ?? '',
    target_id: numberOf(owner),
    target_type: 'Organization',
    permissions,
    events: [],
    created_at: isoTime(0),
    updated_at: isoTime(0),
    single_file_name: null,
    suspended_by: null,
    suspended_at: suspendedAt === null ? null : isoTime(suspendedAt),
  };
}

/** What was asked for, unless it is more than was granted: then nothing. */
function askedOf(body: unknown, granted: Permissions): Permissions | null {
  const asked = typeof body === 'object' && body !== null && 'permissions' in body ? body.permissions : null;
  if (typeof asked !== 'object' || asked === null) return granted;
  const isGranted = ([name, level]: [string, unknown]): boolean =>
    granted[name] === level || (granted[name] === 'write' && level === 'read');
  return Object.entries(asked).every(isGranted) ? { ...asked } : null;
}

function giveToken(world: World, installation: InstallationRecord, body: unknown): ApiAnswer {
  const permissions = askedOf(body, installation.permissions);
  if (!permissions) return invalid('The permissions requested are not granted to this installation.');
  const token = `ghs_${randomBytes(18).toString('hex')}`;
  const expiresAt = world.now() + tokenMs;
  world.app?.tokens.set(token, { installation: installation.id, permissions, expiresAt });
  return created({ token, expires_at: isoTime(expiresAt), permissions, repository_selection: 'all' });
}

/** The calls that an App makes in its own name; null for any other call. */
export function answerApp(world: World, request: ApiRequest): ApiAnswer | null {
  const { method, path, body } = request;
  const { app, links } = world;
  if (!app) return null;
  if (path === '/app') return ok(appJson(links, app));
  const ofHook = answerAppHook(world, app, request);
  if (ofHook) return ofHook;
  const [, repository] = /^\/repos\/([^/]+\/[^/]+)\/installation$/.exec(path) ?? [];
  if (repository) {
    const found = findRepository(world, repository) && installationOf(world, ownerOf(repository));
    return found ? ok(installationJson(world, found)) : refused(404, 'Not Found');
  }
  if (path === '/app/installations')
    return paged(links, request, [...app.installations.values()], page =>
      page.map(each => installationJson(world, each)),
    );
  const [, id, ending] = /^\/app\/installations\/(\d+)(\/access_tokens)?$/.exec(path) ?? [];
  const installation = app.installations.get(Number(id));
  if (!id) return null;
  if (!installation) return refused(404, 'Not Found');
  if (method === 'POST' && ending) return giveToken(world, installation, body);
  return ending ? null : ok(installationJson(world, installation));
}
