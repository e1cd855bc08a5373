/** The calls about which repositories there are: of an organization, of a person, of a token's owner, of an installation. */
import { type ApiAnswer, type ApiRequest, type Caller, refused } from './api-answer.ts';
import { tokenOwner } from './callers.ts';
import { conditional } from './conditional.ts';
import { paged } from './paged.ts';
import type { RepositoryRecord } from './records.ts';
import { listedRepositoryJson, ownerOf } from './repository-json.ts';
import type { World } from './world.ts';

type Membership = World['organizations'] extends Map<string, infer Value> ? Value : never;

/** `membership`: of the token's owner; `refused`: it has single sign-on, and the token was not let in; `broken`: GitHub cannot make the list. */
export const addOrganization = (world: World, login: string, membership: Membership = 'member'): void =>
  void world.organizations.set(login.toLowerCase(), membership);

/** Whether the person whose token it is may write there. */
export const mayPush = ({ token }: World, { people }: RepositoryRecord): boolean => {
  const { permission = 'write' } = people.get(tokenOwner) ?? {};
  return (token?.mayPush ?? true) && ['write', 'maintain', 'admin'].includes(permission);
};

const isOf = (login: string) => (repository: RepositoryRecord) =>
  ownerOf(repository.fullName).toLowerCase() === login.toLowerCase();

const isPublic = ({ isPrivate }: RepositoryRecord): boolean => !isPrivate;

const samlWords =
  'Resource protected by organization SAML enforcement. You must grant your Personal Access token access to this organization.';

/** Null: the call is another one. */
export function answerLists(world: World, caller: Caller, request: ApiRequest): ApiAnswer | null {
  if (request.method !== 'GET') return null;
  if (request.path === '/installation/repositories') return ofInstallation(world, caller, request);
  if (request.path === '/user/repos') return ofOwner(world, caller, request);
  const [, kind, login = ''] = /^\/(orgs|users)\/([^/]+)\/repos$/.exec(request.path) ?? [];
  if (!kind) return null;
  return kind === 'orgs' ? ofOrganization(world, login, request) : ofPerson(world, login, request);
}

function listed(world: World, request: ApiRequest, found: readonly RepositoryRecord[]): ApiAnswer {
  const show = (page: readonly RepositoryRecord[]) =>
    page.map(each => listedRepositoryJson(world.links, each, mayPush(world, each)));
  return conditional(request, paged(world.links, request, sorted(found, request), show));
}

/** By `created` as a list of an organization is, unless another order is asked for. */
function sorted(
  found: readonly RepositoryRecord[],
  { query, path }: ApiRequest,
): readonly RepositoryRecord[] {
  const sort = query.get('sort') ?? (path.startsWith('/orgs') ? 'created' : 'full_name');
  const isUp = (query.get('direction') ?? (sort === 'full_name' ? 'asc' : 'desc')) === 'asc';
  const key = ({ fullName, id, pushedAt }: RepositoryRecord): string | number =>
    sort === 'full_name' ? fullName : sort === 'created' ? id : pushedAt;
  const up = [...found].sort((a, b) => (key(a) < key(b) ? -1 : 1));
  return isUp ? up : up.reverse();
}

function ofOrganization(world: World, login: string, request: ApiRequest): ApiAnswer {
  const membership = world.organizations.get(login.toLowerCase());
  if (!membership) return refused(404, 'Not Found');
  if (membership === 'refused') return refused(403, samlWords);
  if (membership === 'broken') return refused(502, 'Server Error');
  const all = [...world.repositories.values()].filter(isOf(login));
  return listed(world, request, membership === 'member' ? all : all.filter(isPublic));
}

function ofPerson(world: World, login: string, request: ApiRequest): ApiAnswer {
  const all = [...world.repositories.values()].filter(isOf(login));
  if (all.length === 0 && login !== tokenOwner) return refused(404, 'Not Found');
  return listed(world, request, all.filter(isPublic));
}

/** What the owner of the token has a part in; `affiliation=owner`: what is theirs. */
function ofOwner(world: World, { kind }: Caller, request: ApiRequest): ApiAnswer {
  if (kind !== 'user') return refused(403, 'Resource not accessible by integration');
  const isMine = isOf(tokenOwner);
  const hasPart = (each: RepositoryRecord): boolean =>
    isMine(each) ||
    each.people.has(tokenOwner) ||
    world.organizations.get(ownerOf(each.fullName).toLowerCase()) === 'member';
  const isWanted = request.query.get('affiliation') === 'owner' ? isMine : hasPart;
  return listed(world, request, [...world.repositories.values()].filter(isWanted));
}

function ofInstallation(world: World, caller: Caller, request: ApiRequest): ApiAnswer {
  if (caller.kind !== 'installation')
    return refused(
      403,
      'You must authenticate with an installation access token in order to list repositories for an installation.',
    );
  const { owner } = caller;
  const found = [...world.repositories.values()].filter(each => owner === null || isOf(owner)(each));
  const answer = paged(world.links, request, found, page => ({
    total_count: found.length,
    repository_selection: 'all',
    // GitHub says there what a person may, and an installation is none.
    repositories: page.map(each => listedRepositoryJson(world.links, each, false)),
  }));
  return conditional(request, answer);
}
