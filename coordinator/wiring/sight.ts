/** Which repositories a reader sees, for queries, and of which one something is. */
import type { RepositoryId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { mayIn, type Sight } from '#shared/roles.ts';
import { type Actor, isUnlimited } from '../access/actor.ts';
import type { PeopleParts } from '../http/parts.ts';
import { findJob } from '../store/jobs.ts';
import {
  findRepository,
  findRepositoryByName,
  listPrivateRepositories,
  type Repository,
} from '../store/repositories.ts';
import { findRun } from '../store/runs.ts';
import type { Tx } from '../store/store.ts';

/** Without a look at the rows for strangers and for whoever sees everything, and so for most. */
export async function sightOf(tx: Tx, actor: Actor): Promise<Sight<RepositoryId>> {
  const { grants, forge } = actor.rights;
  if (isUnlimited(actor) && grants.length === 1) return null;
  if (grants.length === 0 && Object.keys(forge).length === 0) return [];
  const repositories = await listPrivateRepositories(tx, limits.repositoriesSeen);
  return repositories
    .filter(({ fullName }) => mayIn(actor.rights, 'see', { fullName, isPrivate: true }))
    .map(({ id }) => id);
}

export async function findRepositoryOf(
  tx: Tx,
  of: Parameters<PeopleParts['repositoryOf']>[0],
): Promise<Repository | null> {
  if ('name' in of) return findRepositoryByName(tx, of.name);
  const row = 'run' in of ? await findRun(tx, of.run) : await findJob(tx, of.job);
  return row && findRepository(tx, row.repositoryId);
}
