/** What the configuration says of how long things are kept, as features ask for it. */
import type { Instant, RepositoryId } from '#shared/ids.ts';
import { removedText } from '#shared/retention.ts';
import { type Config, keptOf, repositoryConfig, testedBranches } from '../config/config.ts';
import { findRepository, type Repository } from '../store/repositories.ts';
import type { Store } from '../store/store.ts';

export function isTestedBranch(
  config: Pick<Config, 'repositories'>,
  { fullName, defaultBranch }: Repository,
  branch: string,
): boolean {
  const repository = repositoryConfig(config, fullName);
  return repository !== null && testedBranches(repository, defaultBranch).includes(branch);
}

type Removed = { repository: RepositoryId; removedAt: Instant; bornAt: Instant };

/** "removed on 2026-11-30, logs are kept 90 days", by the rule of its repository. */
export const createRemovalText =
  (config: Pick<Config, 'repositories' | 'retention'>, { read }: Pick<Store, 'read'>) =>
  async ({ repository, ...facts }: Removed): Promise<string> => {
    const fullName = (await findRepository(read, repository))?.fullName ?? '';
    return removedText('log', { ...facts, kept: keptOf(config, fullName, 'logs') });
  };
