/** The call about what an account may do in a repository. */
import { accountJson } from './account-json.ts';
import { ok } from './api-answer.ts';
import type { Permission, RepositoryRecord } from './records.ts';
import { ownerOf } from './repository-json.ts';
import type { Route } from './route.ts';

export function permissionOf({ people, fullName, isPrivate }: RepositoryRecord, login: string): Permission {
  if (login === ownerOf(fullName)) return 'admin';
  return people.get(login)?.permission ?? (isPrivate ? 'none' : 'read');
}

export const permissionRoutes: Route[] = [
  {
    method: 'GET',
    pattern: /^\/collaborators\/([^/]+)\/permission$/,
    answer({ world, repository, rest: [login = ''] }) {
      const permission = permissionOf(repository, login);
      return ok({
        permission,
        role_name: permission,
        user: { ...accountJson(world.links, login), role_name: permission },
      });
    },
  },
];
