/** Planning a commit: its source, what the configuration says of its repository, and where its jobs may run. */
import { mayRunUnisolated, repositoryConfig } from '../config/config.ts';
import { neverIsolatedAmong, unisolatedAmong } from '../fleet/isolation.ts';
import type { PrepareParts } from '../runs/prepare-ports.ts';
import { listHosts } from '../store/hosts.ts';
import type { Tx } from '../store/store.ts';
import type { BrainOptions } from './brain-options.ts';
import type { JobParts } from './job-parts.ts';

/** Names of the images of which no machine can be with anything around it. */
export const neverIsolatedNow =
  ({ catalog }: Pick<BrainOptions, 'catalog'>) =>
  async (tx: Tx) =>
    neverIsolatedAmong(await catalog.pools(tx), await listHosts(tx));

export function createPreparation(
  options: BrainOptions,
  { runs, jobs, statuses, assignJobs }: Pick<JobParts, 'runs' | 'jobs' | 'statuses' | 'assignJobs'>,
): PrepareParts {
  const { config, catalog, store, role, source, wakeUp, report, now, random } = options;
  return {
    ...{ store, role, runs, wakeUp, report, now, random },
    images: catalog.images,
    refused: options.refused,
    ports: {
      ...source,
      supersedesLanded: fullName => repositoryConfig(config, fullName)?.landed === 'supersede',
      registeredSuite: fullName => repositoryConfig(config, fullName)?.suite ?? null,
      mayRunUnisolated: fullName => mayRunUnisolated(config, fullName),
      unisolatedImages: async tx => unisolatedAmong(await catalog.pools(tx), await listHosts(tx)),
      neverIsolatedImages: neverIsolatedNow(options),
      publishStatus: statuses.publish,
      publishSummary: statuses.publishSummary,
      applyToJob: jobs.apply,
      assignJobs,
    },
  };
}
