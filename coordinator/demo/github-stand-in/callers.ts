/** Who asks: GitHub tells a person's token, an App, and an App's installation apart, and lets each do different things. */
import { timingSafeEqual } from 'node:crypto';
import type { ApiRequest, Caller } from './api-answer.ts';
import { isAppToken } from './app.ts';
import { ownerOf } from './repository-json.ts';
import type { World } from './world.ts';

/** The account that owns a token of a person. */
export const tokenOwner = 'ci-robot';

/** @returns null for a credential that is none here, or none any more. GitHub takes either word before a token. */
export function callerOf(world: World, request: ApiRequest, token: string): Caller | null {
  const shown = /^(?:bearer|token) (\S+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '';
  const [a, b] = [Buffer.from(shown), Buffer.from(token)];
  if (a.length === b.length && timingSafeEqual(a, b)) return usual(world, token);
  const signedIn = world.signIn?.tokens.get(shown);
  if (signedIn !== undefined) return { kind: 'user', login: signedIn, permissions: {} };
  if (shown.includes('.')) return isAppToken(world, shown) ? { kind: 'app', login: '' } : null;
  const given = world.app?.tokens.get(shown);
  if (!world.app || !given || given.expiresAt <= world.now()) return null;
  const owner = world.app.installations.get(given.installation)?.owner ?? '';
  return { kind: 'installation', login: `${world.app.slug}[bot]`, owner, permissions: given.permissions };
}

/** The one token that everything may be done with; by its form it is a person's, or of an installation everywhere. */
const usual = (world: World, token: string): Caller =>
  token.startsWith('ghs_')
    ? { kind: 'installation', login: 'paddock[bot]', owner: null, permissions: null }
    : { kind: 'user', login: tokenOwner, permissions: world.token?.permissions ?? null };

/** What a call needs of an App or a fine-grained token. */
const needed: [method: string, call: RegExp, permission: string, level: string][] = [
  ['POST', /^\/statuses\//, 'statuses', 'write'],
  ['POST', /^\/check-runs/, 'checks', 'write'],
  ['PATCH', /^\/check-runs/, 'checks', 'write'],
  ['GET', /^\/pulls/, 'pull_requests', 'read'],
  ['GET', /^\/hooks/, 'repository_hooks', 'read'],
  ['POST', /^\/issues/, 'pull_requests', 'write'],
  ['PATCH', /^\/issues/, 'pull_requests', 'write'],
];

/** What anybody reads of a public repository. */
const neededPrivate: typeof needed = [['GET', /^\/branches/, 'contents', 'read']];

/** Where it is not installed a repository does not exist for an App. */
export const sees = (caller: Caller, fullName: string): boolean =>
  caller.kind !== 'installation' || caller.owner === null || caller.owner === ownerOf(fullName).toLowerCase();

export function may(caller: Caller, method: string, call: string, isPrivate: boolean): boolean {
  if (caller.kind === 'app') return false;
  if (caller.permissions === null) return true;
  const { permissions } = caller;
  return [...needed, ...(isPrivate ? neededPrivate : [])]
    .filter(([verb, pattern]) => verb === method && pattern.test(call))
    .every(([, , name, level]) => permissions[name] === level || permissions[name] === 'write');
}
