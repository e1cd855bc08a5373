import { useQuery } from '@tanstack/react-query';
import { mayIn, type Permission } from '#shared/roles.ts';
import { sessionQuery } from './queries.ts';

/** Whether whoever reads may do this in a repository that they see. For buttons only: the coordinator asks itself. */
export function useMay(permission: Permission, repository: string): boolean {
  const { data: session } = useQuery(sessionQuery);
  return (
    session !== undefined && mayIn(session.rights, permission, { fullName: repository, isPrivate: true })
  );
}
