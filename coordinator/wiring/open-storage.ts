/** What is kept: rows, blobs, files of images. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { limits } from '#shared/limits.ts';
import { openDirectoryBlobs } from '../blobs/directory-blobs.ts';
import { lockFolder } from '../bus/folder-lock.ts';
import { createCatalog } from '../images/catalog.ts';
import { openImageFiles } from '../images/image-files.ts';
import { openStore } from '../store/store.ts';
import { becomeBrain } from './become-brain.ts';
import { loadCoordinatorId } from './coordinator-id.ts';
import { type Scene, tidy } from './scene.ts';

export type Storage = Awaited<ReturnType<typeof openStorage>>;

/** The rows, the role of the one brain, the blobs, and which images there are. */
export async function openStorage(scene: Scene) {
  const { config, now, closers, logger, metrics } = scene;
  const { dataDir, database } = config;
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  closers.push(await lockFolder(path.join(dataDir, 'lock')));
  const store = await openStore(database, (tookMs, changes) => {
    metrics.observe('paddock_store_commit_seconds', {}, tookMs / 1_000);
    metrics.count('paddock_store_changes_total', {}, changes);
  });
  closers.push(store.close);
  const coordinator = await loadCoordinatorId(dataDir);
  const { role, standing, giveUp } = await becomeBrain({ store, self: coordinator, now, log: logger });
  closers.push(giveUp);
  const imageFiles = await openImageFiles(path.join(dataDir, 'images'), config.imageFiles, store);
  // What was sent for an image that was never registered, and what only removed versions named.
  tidy(scene, 'unused files of images', limits.imageFileKeepMs, () => imageFiles.removeUnused(now()));
  return {
    store,
    coordinator,
    role,
    standing,
    blobs: await openDirectoryBlobs(path.join(dataDir, 'blobs')),
    catalog: createCatalog(config),
    imageFiles,
  };
}
