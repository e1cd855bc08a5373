/** Which heads are open to a new version of an image, and how far that has come. */
import type { Instant, RunId } from '#shared/ids.ts';
import type { ImageBackfill } from '#shared/image-api.ts';
import { type ImageManifest, servesRepository } from '#shared/image-manifest.ts';
import { limits } from '#shared/limits.ts';
import { listBackfillHeads, listOpenHeads, type VersionKey } from '../store/backfill.ts';
import type { ImageVersion } from '../store/images.ts';
import { listRepositories } from '../store/repositories.ts';
import type { Tx } from '../store/store.ts';

export type OpenHeads = {
  /** The next ones that may be looked at, at most `backfillsAtOnce`. */
  due: RunId[];
  /** Those included that were put off. */
  pending: number;
  jobs: number;
  filled: number;
  passedOver: number;
};

/** `now`: those that were put off beyond it are pending, and not due. */
export async function openHeads(
  tx: Tx,
  version: VersionKey,
  image: ImageManifest,
  now: Instant,
): Promise<OpenHeads> {
  const repositories = (await listRepositories(tx))
    .filter(({ fullName }) => servesRepository(image, fullName))
    .map(({ id }) => id);
  const seen = await listBackfillHeads(tx, version);
  const count = (status: (typeof seen)[number]['status']) =>
    seen.filter(head => head.status === status).length;
  const [filled, passedOver] = [count('filled'), count('passed-over')];
  const room = limits.backfillHeads - filled - passedOver;
  const query = { ...version, repositories };
  const max = Math.min(room, limits.backfillsAtOnce);
  return {
    due: await listOpenHeads(tx, { ...query, dueBy: now, max }),
    pending: (await listOpenHeads(tx, { ...query, dueBy: Number.MAX_SAFE_INTEGER, max: room })).length,
    jobs: seen.reduce((sum, { jobs }) => sum + jobs, 0),
    filled,
    passedOver,
  };
}

/** For people; null: the version is none that heads were to come to. */
export async function viewBackfill(
  tx: Tx,
  version: ImageVersion,
  now: Instant,
): Promise<ImageBackfill | null> {
  if (version.backfill === null) return null;
  const key = { image: version.image, number: version.number };
  const { due: _, pending, ...counts } = await openHeads(tx, key, version.manifest, now);
  const isDone = version.backfill === 'done';
  return { ...counts, isDone, pending: isDone ? 0 : pending };
}
