/** What people see of images and do with them. */

import type { Instant, RunId } from '#shared/ids.ts';
import { aliasesOf } from '#shared/image-aliases.ts';
import type { ImageDetail, ImageView, VersionView } from '#shared/image-api.ts';
import type { ImageManifest } from '#shared/image-manifest.ts';
import { limits } from '#shared/limits.ts';
import type { Config } from '../config/config.ts';
import type { Wake } from '../ground/wake.ts';
import { HttpProblem } from '../http/errors.ts';
import type { PeopleParts } from '../http/parts.ts';
import { digestsOf, type ImageFiles } from '../images/image-files.ts';
import {
  addVersion,
  removeImage,
  rollBack,
  setDisabled,
  testVersion,
  versionMeant,
} from '../images/registry.ts';
import { viewBackfill } from '../runs/open-heads.ts';
import { listEventsOfImage } from '../store/events.ts';
import { findImage, type Image, type ImageVersion, listImages, listVersions } from '../store/images.ts';
import type { Store, Tx } from '../store/store.ts';
import type { Brain } from './brain.ts';

export type ImageOptions = {
  config: Pick<Config, 'images'>;
  store: Store;
  imageFiles: ImageFiles;
  brain: Pick<Brain, 'runs'>;
  wakeUp(wakes: Wake[]): void;
  now: () => Instant;
};

type ImageParts = Pick<
  PeopleParts,
  | 'images'
  | 'image'
  | 'imageFile'
  | 'receiveImageFile'
  | 'addImage'
  | 'testImage'
  | 'rollBackImage'
  | 'disableImage'
  | 'removeImage'
>;

/** What every change of an image may concern. */
const wakes: Wake[] = [{ type: 'images' }, { type: 'backfill' }, { type: 'fleet' }, { type: 'scheduler' }];

export function createImageParts(options: ImageOptions): ImageParts {
  const { config, store, imageFiles, wakeUp, now } = options;

  async function change<Result>(act: (tx: Tx) => Promise<Result>): Promise<Result> {
    const result = await store.write(act);
    wakeUp(wakes);
    return result;
  }

  /** Of a registered image, which the caller knows there is. */
  const changeImage = <Result>(
    name: string,
    act: (tx: Tx, image: Image) => Promise<Result>,
  ): Promise<Result> =>
    change(async tx => {
      const image = await findImage(tx, name);
      if (!image) throw configured(name);
      return act(tx, image);
    });

  return {
    images: () => viewImages(options),
    async image(name) {
      const view = (await viewImages(options)).find(image => image.name === name);
      return view ? viewInFull(store.read, view, now()) : null;
    },
    imageFile: imageFiles.progress,
    receiveImageFile: imageFiles.receive,
    async addImage(manifest) {
      if (config.images.some(({ name }) => name === manifest.name)) throw configured(manifest.name);
      await refuseMissing(imageFiles, manifest);
      const { number, isNew } = await change(async tx => {
        const added = await addVersion(tx, manifest, now());
        await cancelRuns(options, tx, added.abandoned);
        return added;
      });
      return { name: manifest.name, number, isNew };
    },
    testImage: (name, number) =>
      changeImage(name, async (tx, image) => {
        const version = await versionMeant(tx, image, number);
        if (!version) return { refusal: `${name} has no ${number === null ? '' : `version ${number}`}` };
        const refusal = await testVersion(tx, version, now());
        return refusal === null ? { number: version.number } : { refusal };
      }),
    rollBackImage: (name, to) => changeImage(name, (tx, image) => rollBack(tx, image, to, now())),
    disableImage: (name, isDisabled) =>
      changeImage(name, (tx, image) => setDisabled(tx, image, isDisabled, now())),
    removeImage: name =>
      changeImage(name, async tx => cancelRuns(options, tx, await removeImage(tx, name, now()))),
  };
}

const configured = (name: string): HttpProblem =>
  new HttpProblem(
    409,
    `${name} stands in the configuration: it is changed there, and has no versions`,
    'paddock image list',
  );

async function refuseMissing(files: ImageFiles, manifest: ImageManifest): Promise<void> {
  for (const sha256 of digestsOf(manifest))
    if (!(await files.find(sha256)))
      throw new HttpProblem(
        409,
        `${manifest.name} names a file that was not sent: SHA-256 ${sha256}`,
        'send its files first: paddock image add does',
      );
}

async function cancelRuns({ brain, now }: ImageOptions, tx: Tx, runs: readonly RunId[]): Promise<void> {
  for (const run of runs)
    await brain.runs.apply(tx, run, {
      type: 'cancel-requested',
      at: now(),
      reason: 'cancelled',
      message: 'nobody waits for this version any more',
    });
}

async function viewImages({ config, store }: ImageOptions): Promise<ImageView[]> {
  const registered = await listImages(store.read);
  const names = [...config.images, ...registered].map(({ name }) => name);
  const view = (manifest: ImageManifest) => ({
    ...{ name: manifest.name, os: manifest.os, arch: manifest.arch, driver: manifest.machine.driver },
    eol: manifest.eol ?? null,
    aliases: aliasesOf(manifest.name, names),
    serves: { repositories: manifest.serves.repositories, suites: manifest.serves.suites },
  });
  const views: ImageView[] = config.images.map(manifest => ({
    ...view(manifest),
    ...{ origin: 'configuration', current: null, isDisabled: false, probation: null },
  }));
  for (const image of registered) {
    const versions = await listVersions(store.read, image.name);
    const shown = versions.find(({ number }) => number === image.current) ?? versions[0];
    if (!shown || config.images.some(({ name }) => name === image.name)) continue;
    views.push({
      ...view(shown.manifest),
      ...{ origin: 'registered', current: image.current, isDisabled: image.isDisabled },
      probation: versions.find(({ report }) => report === null)?.number ?? null,
    });
  }
  return views.toSorted((a, b) => a.name.localeCompare(b.name));
}

async function viewInFull(read: Tx, view: ImageView, now: Instant): Promise<ImageDetail> {
  const versions = view.origin === 'registered' ? await listVersions(read, view.name) : [];
  const current = versions.find(({ number }) => number === view.current);
  return {
    ...view,
    backfill: current ? await viewBackfill(read, current, now) : null,
    versions: versions.map(version => viewVersion(version, view.current)),
    decisions: (await listEventsOfImage(read, view.name, limits.poolDecisions)).filter(({ type }) =>
      type.startsWith('image.'),
    ),
  };
}

const viewVersion = (
  { number, digest, status, addedAt, run, report }: ImageVersion,
  current: number | null,
): VersionView => ({ number, digest, status, isCurrent: number === current, addedAt, run, report });
