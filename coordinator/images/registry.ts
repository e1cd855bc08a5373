/**
 * What an admin does with images: each verb in one transaction, with its event. A version is added to probation; it becomes
 * the current one by passing (`probation.ts`). The one before it stays, and may be made the current one again.
 */
import { createHash } from 'node:crypto';
import type { Instant, RunId } from '#shared/ids.ts';
import { type ImageManifest, manifestText } from '#shared/image-manifest.ts';
import { limits } from '#shared/limits.ts';
import { appendEvent } from '../store/events.ts';
import {
  deleteImage,
  deleteVersions,
  findImage,
  findVersion,
  type Image,
  type ImageVersion,
  insertVersion,
  listVersions,
  saveImage,
  saveVersion,
} from '../store/images.ts';
import type { Tx } from '../store/store.ts';

/** SHA-256 of all that makes the image what it is: its files count by their digests. */
export const digestOf = (manifest: ImageManifest): string =>
  createHash('sha256').update(manifestText(manifest)).digest('hex');

/** `abandoned`: runs of the suite that nobody waits for any more. */
export type Added = { number: number; isNew: boolean; abandoned: RunId[] };

/** The same manifest as the current version's changes nothing: `isNew` is false. */
export async function addVersion(tx: Tx, manifest: ImageManifest, at: Instant): Promise<Added> {
  const { name } = manifest;
  const image = await findImage(tx, name);
  const versions = await listVersions(tx, name);
  const digest = digestOf(manifest);
  const same = versions.find(
    ({ number, status, digest: other }) =>
      other === digest && (number === image?.current || status === 'probation'),
  );
  if (same) return { number: same.number, isNew: false, abandoned: [] };
  const number = (versions[0]?.number ?? 0) + 1;
  if (!image) await saveImage(tx, { name, current: null, isDisabled: false, changedAt: at });
  const abandoned = await endOthers(tx, versions, number, at);
  await deleteVersions(tx, name, tooOld(versions, image?.current ?? null));
  const version: ImageVersion = {
    image: name,
    number,
    digest,
    manifest,
    status: 'probation',
    run: null,
    report: null,
    backfill: null,
    addedAt: at,
  };
  await insertVersion(tx, version);
  await appendEvent(tx, { at, type: 'image.version-added', image: name, data: { number, digest } });
  return { number, isNew: true, abandoned };
}

/** Whoever adds a version does not mean the one before, if that is still being tried. */
async function endOthers(
  tx: Tx,
  versions: readonly ImageVersion[],
  number: number,
  at: Instant,
): Promise<RunId[]> {
  const others = versions.filter(({ status }) => status === 'probation');
  const report = emptyReport(at, `version ${number} was added meanwhile`);
  for (const version of others) await saveVersion(tx, { ...version, status: 'refused', report });
  return others.flatMap(({ run }) => run ?? []);
}

const emptyReport = (at: Instant, detail: string) => ({
  at,
  isOk: false,
  checks: [{ name: 'boots' as const, result: 'skipped' as const, detail, ms: null }],
  machine: null,
  console: null,
  jobs: [],
});

/** The current one is kept, and the newest of the others. */
const tooOld = (versions: readonly ImageVersion[], current: number | null): number[] =>
  versions
    .map(({ number }) => number)
    .filter(number => number !== current)
    .slice(limits.imageVersions - 1);

/** Runs the suite once more on a version. @returns why not, else null */
export async function testVersion(tx: Tx, version: ImageVersion, at: Instant): Promise<string | null> {
  const { image, number, report } = version;
  if (report === null) return `version ${number} of ${image} is being tried already`;
  await saveVersion(tx, { ...version, run: null, report: null });
  await appendEvent(tx, { at, type: 'image.test-requested', image, data: { number } });
  return null;
}

/** Makes an earlier version the current one. @returns why not, else the number of that version */
export async function rollBack(
  tx: Tx,
  image: Image,
  to: number | undefined,
  at: Instant,
): Promise<{ number: number } | { refusal: string }> {
  const { name, current } = image;
  const versions = await listVersions(tx, name);
  const earlier = versions.find(
    ({ number, status }) => status === 'ready' && (current === null || number < current),
  );
  const target = to === undefined ? earlier : versions.find(({ number }) => number === to);
  if (!target)
    return {
      refusal:
        to === undefined
          ? `${name} has no earlier version that is ready`
          : `${name} has no version ${to}; it has ${versions.map(({ number }) => number).join(', ')}`,
    };
  if (target.status !== 'ready')
    return { refusal: `version ${target.number} of ${name} is not ready: it is in ${target.status}` };
  if (target.number === current)
    return { refusal: `version ${target.number} of ${name} is the current one already` };
  await saveImage(tx, { ...image, current: target.number, changedAt: at });
  const data = { number: target.number, before: current };
  await appendEvent(tx, { at, type: 'image.rolled-back', image: name, data });
  return { number: target.number };
}

/** Disabled: no run is planned on it and no machine is made of it; what runs ends first. */
export async function setDisabled(tx: Tx, image: Image, isDisabled: boolean, at: Instant): Promise<void> {
  if (image.isDisabled === isDisabled) return;
  await saveImage(tx, { ...image, isDisabled, changedAt: at });
  await appendEvent(tx, { at, type: isDisabled ? 'image.disabled' : 'image.enabled', image: image.name });
}

/**
 * With all its versions; its machines go as those of any image that is not there any more.
 * @returns runs of the suite that nobody waits for any more
 */
export async function removeImage(tx: Tx, name: string, at: Instant): Promise<RunId[]> {
  const tried = (await listVersions(tx, name)).filter(({ report }) => report === null);
  await deleteImage(tx, name);
  await appendEvent(tx, { at, type: 'image.removed', image: name });
  return tried.flatMap(({ run }) => run ?? []);
}

/** The version that a person means: by its number, or the current one, or the newest. */
export async function versionMeant(
  tx: Tx,
  { name, current }: Image,
  number: number | null,
): Promise<ImageVersion | null> {
  const wanted = number ?? current;
  return wanted === null ? ((await listVersions(tx, name))[0] ?? null) : findVersion(tx, name, wanted);
}
