/** Open heads that a new version of an image is still to be tried on, and what became of those that were looked at. */
import type { Instant, RepositoryId, RunId } from '#shared/ids.ts';
import { flag, word } from './rows.ts';
import type { Tables } from './schema.ts';
import type { Tx } from './store.ts';

export type VersionKey = { image: string; number: number };

/** Current versions of images that are not disabled, to which open heads have not all come yet. */
export const listWantedBackfills = (tx: Tx): Promise<VersionKey[]> =>
  tx
    .selectFrom('image_version')
    .innerJoin('image', join =>
      join
        .onRef('image.name', '=', 'image_version.image')
        .onRef('image.current', '=', 'image_version.number'),
    )
    .select(['image_version.image', 'image_version.number'])
    .where('image_version.backfill', '=', 'wanted')
    .where('image.is_disabled', '=', flag(false))
    .orderBy('image_version.image')
    .execute();

export type HeadQuery = VersionKey & {
  repositories: readonly RepositoryId[];
  /** Leaves out those that were put off until later. */
  dueBy: Instant;
  max: number;
  /** Only this one. */
  run?: RunId;
};

/**
 * Runs of the heads of open pull requests and of what landed last on each branch, as far as they were planned, have no job
 * on the image, and are not done with; the newest first.
 */
export async function listOpenHeads(tx: Tx, query: HeadQuery): Promise<RunId[]> {
  if (query.repositories.length === 0 || query.max <= 0) return [];
  const ofPulls = await left(tx, query)
    .innerJoin('change', join =>
      join
        .onRef('change.repository_id', '=', 'run.repository_id')
        .onRef('change.head_sha', '=', 'run.commit_sha'),
    )
    .where('run.purpose', '=', 'change')
    .where('change.state', '=', word('open'))
    .execute();
  const ofBranches = await left(tx, query)
    .where('run.id', 'in', eb =>
      eb
        .selectFrom('run as landed')
        .select(({ fn }) => fn.max('landed.id').as('id'))
        .where('landed.purpose', '=', word('landed'))
        .where('landed.repository_id', 'in', [...query.repositories])
        .groupBy(['landed.repository_id', 'landed.ref']),
    )
    .execute();
  const ids = new Set([...ofPulls, ...ofBranches].map(({ id }) => id));
  return [...ids].toSorted((a, b) => (a < b ? 1 : -1)).slice(0, query.max);
}

function left(tx: Tx, { image, number, repositories, dueBy, max, run }: HeadQuery) {
  const runs = tx
    .selectFrom('run')
    .select('run.id')
    .distinct()
    .where('run.repository_id', 'in', [...repositories])
    .where('run.status', 'in', ['planned', 'empty'])
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('job')
            .select('job.id')
            .whereRef('job.run_id', '=', 'run.id')
            .where('job.image', '=', image),
        ),
      ),
    )
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('backfill_head')
            .select('backfill_head.run_id')
            .whereRef('backfill_head.run_id', '=', 'run.id')
            .where('backfill_head.image', '=', image)
            .where('backfill_head.number', '=', number)
            .where(eb =>
              eb.or([eb('backfill_head.status', '<>', 'postponed'), eb('backfill_head.next_at', '>', dueBy)]),
            ),
        ),
      ),
    )
    .orderBy('run.id', 'desc')
    .limit(max);
  return run === undefined ? runs : runs.where('run.id', '=', run);
}

export type BackfillHead = VersionKey & {
  run: RunId;
  /** `passed-over`: it has no job on the image, for the reason in `note`. */
  status: Tables['backfill_head']['status'];
  jobs: number;
  note: string | null;
  tries: number;
  nextAt: Instant;
};

/** In the place of what was noted before. */
export async function saveBackfillHead(tx: Tx, head: BackfillHead): Promise<void> {
  const { image, number, run: run_id, status, jobs, note, tries, nextAt: next_at } = head;
  const values = { status, jobs, note, tries, next_at };
  await tx
    .insertInto('backfill_head')
    .values({ image, number, run_id, ...values })
    .onConflict(conflict => conflict.columns(['image', 'number', 'run_id']).doUpdateSet(values))
    .execute();
}

/** Those that were looked at. */
export async function listBackfillHeads(tx: Tx, { image, number }: VersionKey): Promise<BackfillHead[]> {
  const rows = await tx
    .selectFrom('backfill_head')
    .selectAll()
    .where('image', '=', image)
    .where('number', '=', number)
    .orderBy('run_id')
    .execute();
  return rows.map(({ run_id: run, next_at: nextAt, ...row }) => ({ ...row, run, nextAt }));
}
