/** The call about who is in a team: `GET /orgs/{org}/teams/{team_slug}/memberships/{username}`. */
import { type ApiAnswer, type ApiRequest, type Caller, ok, refused } from './api-answer.ts';
import type { World } from './world.ts';

type Membership = { org: string; team: string; login: string; state?: 'active' | 'pending' };

const keyOf = ({ org, team, login }: Omit<Membership, 'state'>): string =>
  `${org}/${team}/${login}`.toLowerCase();

export function addToTeam(world: World, membership: Membership): void {
  world.memberships.set(keyOf(membership), membership.state ?? 'active');
}

/** Null: the call is another one. An App has to be allowed to see members. */
export function answerTeams(world: World, caller: Caller, { method, path }: ApiRequest): ApiAnswer | null {
  const found = /^\/orgs\/([^/]+)\/teams\/([^/]+)\/memberships\/([^/]+)$/.exec(path);
  if (!found || method !== 'GET') return null;
  const [, org = '', team = '', login = ''] = found.map(decodeURIComponent);
  if (caller.kind === 'installation' && caller.permissions !== null && !caller.permissions.members)
    return refused(403, 'Resource not accessible by integration');
  const state = world.memberships.get(keyOf({ org, team, login }));
  if (!state) return refused(404, 'Not Found');
  const url = `${world.links.api}/organizations/1/team/1/memberships/${login}`;
  return ok({ state, role: 'member', url });
}
