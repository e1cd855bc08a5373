/** People get other roles, repositories other readers, and what hooks tell of that. */
import { accountJson, nodeId, numberOf } from './account-json.ts';
import type { HookEvent, Permission } from './records.ts';
import { ownerOf, repositoryJson } from './repository-json.ts';
import { repositoryOf, type World } from './world.ts';

type RoleChange = { repository: string; login: string; permission: Permission | null; by?: string };

export function changeRole(
  world: World,
  { repository: name, login, permission, by }: RoleChange,
): HookEvent[] {
  const { links } = world;
  const repository = repositoryOf(world, name);
  const before = repository.people.get(login);
  if (permission === null) repository.people.delete(login);
  else repository.people.set(login, { association: 'COLLABORATOR', ...before, permission });
  const action = permission === null ? 'removed' : before ? 'edited' : 'added';
  return [
    {
      repository: repository.fullName,
      event: 'member',
      payload: {
        action,
        member: accountJson(links, login),
        ...(action === 'edited'
          ? { changes: { permission: { from: before?.permission ?? null, to: permission } } }
          : {}),
        repository: repositoryJson(links, repository),
        sender: accountJson(links, by ?? ownerOf(repository.fullName)),
      },
    },
  ];
}

/** A repository is seen by others from now on. */
export function changeVisibility(
  world: World,
  { repository: name, isPrivate }: { repository: string; isPrivate: boolean },
): HookEvent[] {
  const repository = repositoryOf(world, name);
  repository.isPrivate = isPrivate;
  return [
    {
      repository: repository.fullName,
      event: 'repository',
      payload: {
        action: isPrivate ? 'privatized' : 'publicized',
        repository: repositoryJson(world.links, repository),
        sender: accountJson(world.links, ownerOf(repository.fullName)),
      },
    },
  ];
}

export function leaveOrganization(
  world: World,
  { organization, login }: { organization: string; login: string },
): HookEvent[] {
  const { links, repositories } = world;
  for (const { fullName, people } of repositories.values())
    if (ownerOf(fullName).toLowerCase() === organization.toLowerCase()) people.delete(login);
  const url = `${links.api}/orgs/${organization}`;
  const id = numberOf(organization);
  return [
    {
      // Told by a hook of the organization, or of the App.
      repository: '',
      event: 'organization',
      payload: {
        action: 'member_removed',
        membership: {
          url: `${url}/memberships/${login}`,
          state: 'active',
          role: 'member',
          organization_url: url,
          user: accountJson(links, login),
        },
        organization: {
          ...{ login: organization, id, node_id: nodeId('Organization', id), url },
          ...Object.fromEntries(
            ['repos', 'events', 'hooks', 'issues'].map(each => [`${each}_url`, `${url}/${each}`]),
          ),
          members_url: `${url}/members{/member}`,
          public_members_url: `${url}/public_members{/member}`,
          avatar_url: `${links.html}/avatars/${organization}`,
          description: null,
        },
        sender: accountJson(links, organization),
      },
    },
  ];
}
