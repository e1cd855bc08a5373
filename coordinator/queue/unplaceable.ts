/**
 * Untrusted jobs that wait for an image of which every host says by now that it isolates nothing: hosts come and go after a
 * run was planned. They end with what a human can do; level-triggered, so that whatever way a job came to wait, it is found.
 */
import type { Instant } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { unplaceableText } from '#shared/words.ts';
import type { Wake } from '../ground/wake.ts';
import { listUntrustedWaiting } from '../store/jobs.ts';
import { findRepository } from '../store/repositories.ts';
import { assertRole, type Role } from '../store/roles.ts';
import type { Store, Tx } from '../store/store.ts';
import type { Jobs } from './jobs.ts';

export type UnplaceableParts = {
  store: Store;
  role: Role;
  jobs: Jobs;
  /** Names of the images of which no machine can be with anything around it. */
  neverIsolated(tx: Tx): Promise<ReadonlySet<string>>;
  now: () => Instant;
};

/** One look, over at most `unplaceablePerLook` jobs; the next one finds the others. */
export const endUnplaceable = ({
  store,
  role,
  jobs,
  neverIsolated,
  now,
}: UnplaceableParts): Promise<Wake[]> =>
  store.write(async tx => {
    await assertRole(tx, role);
    const images = [...(await neverIsolated(tx))];
    const wakes: Wake[] = [];
    for (const job of await listUntrustedWaiting(tx, images, limits.unplaceablePerLook)) {
      const repository = await findRepository(tx, job.repositoryId);
      const message = unplaceableText(job.image, repository?.fullName ?? 'its repository');
      wakes.push(...(await jobs.apply(tx, job.id, { type: 'unplaceable', at: now(), message })).wakes);
    }
    return wakes;
  });
