/**
 * Untrusted jobs that wait for an image of which every host says by now that it isolates nothing: hosts come and go after a
 * run was planned. They end with what a human can do; level-triggered, so that whatever way a job came to wait, it is found.
 */
import type { Instant } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { refusedFor, type WorkRefusalCode } from '#shared/refusals/work.ts';
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
  /** Told of each job that ends so. */
  refused?: ((code: WorkRefusalCode) => void) | undefined;
  now: () => Instant;
};

/** One look, over at most `unplaceablePerLook` jobs; the next one finds the others. */
export async function endUnplaceable(parts: UnplaceableParts): Promise<Wake[]> {
  const { store, role, jobs, neverIsolated, refused = () => {}, now } = parts;
  const refusal = refusedFor('not-isolated');
  const { ended, wakes } = await store.write(async tx => {
    await assertRole(tx, role);
    const images = [...(await neverIsolated(tx))];
    const waiting = await listUntrustedWaiting(tx, images, limits.unplaceablePerLook);
    const wakes: Wake[] = [];
    let ended = 0;
    for (const job of waiting) {
      const repository = await findRepository(tx, job.repositoryId);
      const message = unplaceableText(job.image, repository?.fullName ?? 'its repository');
      const applied = await jobs.apply(tx, job.id, { type: 'unplaceable', at: now(), message, refusal });
      if (!('rejected' in applied)) ended += 1;
      wakes.push(...applied.wakes);
    }
    return { ended, wakes };
  });
  for (let each = 0; each < ended; each += 1) refused(refusal.code);
  return wakes;
}
