/** The call about what an account may do in a repository. */
import { accountJson } from './account-json.ts';
import { type ApiAnswer, ok, refused } from './api-answer.ts';
import type { Permission, RepositoryRecord } from './records.ts';
import { ownerOf } from './repository-json.ts';
import type { Route } from './route.ts';

export function permissionOf({ people, fullName, isPrivate }: RepositoryRecord, login: string): Permission {
  if (login === ownerOf(fullName)) return 'admin';
  return people.get(login)?.permission ?? (isPrivate ? 'none' : 'read');
}

/** What GitHub says to whoever knows four words only. */
const plain: Partial<Record<Permission, Permission>> = { maintain: 'write', triage: 'read' };

export const permissionRoutes: Route[] = [
  {
    method: 'GET',
    pattern: /^\/collaborators\/([^/]+)\/permission$/,
    answer({ world, repository, rest: [login = ''] }): ApiAnswer {
      if (world.vacant.has(login.toLowerCase())) return refused(404, 'Not Found');
      const role = permissionOf(repository, login);
      return ok({
        permission: plain[role] ?? role,
        role_name: role,
        user: { ...accountJson(world.links, login), role_name: role },
      });
    },
  },
];
