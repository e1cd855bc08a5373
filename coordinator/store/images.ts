/** Images that were registered, and their versions. What stands in the configuration has no row. */
import * as z from 'zod';
import { type Instant, type RunId, runId } from '#shared/ids.ts';
import { type ImageReport, imageReport, type VersionStatus, versionStatus } from '#shared/image-api.ts';
import { type ImageManifest, resolvedManifest } from '#shared/image-manifest.ts';
import { assertSaved, columnParser, flag, parseColumn, parseValue } from './rows.ts';
import type { Tables } from './schema.ts';
import { statement } from './statement.ts';
import type { Tx } from './store.ts';

export type Image = {
  name: string;
  /** Of the version that machines are made of; null before one has passed. */
  current: number | null;
  isDisabled: boolean;
  changedAt: Instant;
};

export type ImageVersion = {
  image: string;
  /** From 1, without gaps as long as none is removed. */
  number: number;
  digest: string;
  manifest: ImageManifest;
  status: VersionStatus;
  /** Of the conformance suite, the newest one; null before it has begun. */
  run: RunId | null;
  /** Of that run; null while it is not over. */
  report: ImageReport | null;
  /** Whether open heads are still to get jobs on it; null: they never were. */
  backfill: Tables['image_version']['backfill'];
  addedAt: Instant;
};

const manifestOf = columnParser(resolvedManifest);

const imageFromRow = (row: Tables['image']): Image => ({
  name: row.name,
  current: row.current,
  isDisabled: row.is_disabled === 1,
  changedAt: row.changed_at,
});

function versionFromRow(row: Tables['image_version']): ImageVersion {
  const where = `image_version ${row.image} ${row.number}`;
  return {
    image: row.image,
    number: row.number,
    digest: row.digest,
    manifest: manifestOf(row.manifest, `${where}.manifest`),
    status: parseValue(versionStatus, row.status, `${where}.status`),
    run: parseValue(z.nullable(runId), row.run_id, `${where}.run_id`),
    report: row.report === null ? null : parseColumn(imageReport, row.report, `${where}.report`),
    backfill: row.backfill,
    addedAt: row.added_at,
  };
}

const images = statement(db => db.selectFrom('image').selectAll().orderBy('name'));

export const listImages = async (tx: Tx): Promise<Image[]> => (await images.all(tx, {})).map(imageFromRow);

export async function findImage(tx: Tx, name: string): Promise<Image | null> {
  const row = await tx.selectFrom('image').selectAll().where('name', '=', name).executeTakeFirst();
  return row ? imageFromRow(row) : null;
}

/** In the place of whatever there was of that name. */
export async function saveImage(tx: Tx, { name, current, isDisabled, changedAt }: Image): Promise<void> {
  const values = { current, is_disabled: flag(isDisabled), changed_at: changedAt };
  await tx
    .insertInto('image')
    .values({ name, ...values })
    .onConflict(conflict => conflict.column('name').doUpdateSet(values))
    .execute();
}

/** With its versions. */
export async function deleteImage(tx: Tx, name: string): Promise<void> {
  await tx.deleteFrom('image_version').where('image', '=', name).execute();
  await tx.deleteFrom('image').where('name', '=', name).execute();
}

const live = statement(db =>
  db
    .selectFrom('image_version')
    .innerJoin('image', 'image.name', 'image_version.image')
    .selectAll('image_version')
    .select(['image.current', 'image.is_disabled'])
    .where(eb =>
      eb.or([
        eb('image_version.report', 'is', null),
        eb('image.current', '=', eb.ref('image_version.number')),
      ]),
    )
    .orderBy('image_version.image')
    .orderBy('number'),
);

export type LiveVersion = ImageVersion & { isCurrent: boolean; isDisabled: boolean };

/** Those that machines are made of: the current one of each image, and those that the suite runs on. */
export const listLiveVersions = async (tx: Tx): Promise<LiveVersion[]> =>
  (await live.all(tx, {})).map(row => ({
    ...versionFromRow(row),
    isCurrent: row.current === row.number,
    isDisabled: row.is_disabled === 1,
  }));

/** Newest first. */
export async function listVersions(tx: Tx, image: string): Promise<ImageVersion[]> {
  const rows = await tx
    .selectFrom('image_version')
    .selectAll()
    .where('image', '=', image)
    .orderBy('number', 'desc')
    .execute();
  return rows.map(versionFromRow);
}

export async function findVersion(tx: Tx, image: string, number: number): Promise<ImageVersion | null> {
  const row = await tx
    .selectFrom('image_version')
    .selectAll()
    .where('image', '=', image)
    .where('number', '=', number)
    .executeTakeFirst();
  return row ? versionFromRow(row) : null;
}

export async function insertVersion(tx: Tx, version: ImageVersion): Promise<void> {
  const { image, number, digest, manifest, addedAt } = version;
  await tx
    .insertInto('image_version')
    .values({
      image,
      number,
      digest,
      manifest: JSON.stringify(manifest),
      added_at: addedAt,
      ...changing(version),
    })
    .execute();
}

const changing = ({
  status,
  run,
  report,
  backfill,
}: Pick<ImageVersion, 'status' | 'run' | 'report' | 'backfill'>) => ({
  backfill,
  status,
  run_id: run,
  report: report === null ? null : JSON.stringify(report),
});

/** Its status, run, report and back-fill; the rest of a version never changes. */
export async function saveVersion(tx: Tx, version: ImageVersion): Promise<void> {
  const { image, number } = version;
  const { numUpdatedRows } = await tx
    .updateTable('image_version')
    .set(changing(version))
    .where('image', '=', image)
    .where('number', '=', number)
    .executeTakeFirstOrThrow();
  assertSaved(numUpdatedRows, 'image_version', `${image} ${number}`);
}

export async function deleteVersions(tx: Tx, image: string, numbers: readonly number[]): Promise<void> {
  if (numbers.length === 0) return;
  await tx
    .deleteFrom('image_version')
    .where('image', '=', image)
    .where('number', 'in', [...numbers])
    .execute();
}

/** Every digest of a file that some version names. */
export async function listImageManifests(tx: Tx): Promise<ImageManifest[]> {
  const rows = await tx.selectFrom('image_version').select(['image', 'number', 'manifest']).execute();
  return rows.map(row => manifestOf(row.manifest, `image_version ${row.image} ${row.number}.manifest`));
}
