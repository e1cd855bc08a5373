/**
 * The files of images that lie at the coordinator: those of folders in the configuration where they are, those of
 * registered images in a blob store of their own, by digest, shared by every version that names one.
 */
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { sha256 as digest, type Instant } from '#shared/ids.ts';
import type { ImageManifest } from '#shared/image-manifest.ts';
import { limits } from '#shared/limits.ts';
import { openDirectoryBlobs } from '../blobs/directory-blobs.ts';
import { listImageManifests } from '../store/images.ts';
import type { Store } from '../store/store.ts';

export type ImageFile = { bytes: number; read(): AsyncIterable<Uint8Array> };

export type Progress = { isHere: boolean; offset: number };
/** `bytes` is the size of the whole file. */
export type Part = { sha256: string; offset: number; bytes: number };

export type ImageFiles = {
  /** Null: there is none of this digest. */
  find(sha256: string): Promise<ImageFile | null>;
  /** How much of a file has arrived; all of it: `isHere`. */
  progress(sha256: string): Promise<Progress>;
  /**
   * The next part of a file, from `offset` on, and where it stands then; a part that does not follow is not taken. Rejects as
   * the blob store does when the whole is another file, the disk is full, or the signal aborts; what has arrived stays.
   */
  receive(part: Part, body: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<Progress>;
  /** Removes what no version names and nobody has sent lately; answers how many files that were. */
  removeUnused(at: Instant): Promise<number>;
};

export async function openImageFiles(
  directory: string,
  configured: ReadonlyMap<string, string>,
  store: Store,
): Promise<ImageFiles> {
  const blobs = await openDirectoryBlobs(directory);
  const { uploads } = blobs;

  async function progress(sha256: string): Promise<Progress> {
    const bytes = await blobs.size(sha256);
    return bytes === null
      ? { isHere: false, offset: await uploads.offset(sha256) }
      : { isHere: true, offset: bytes };
  }

  return {
    progress,
    async find(sha256) {
      const place = configured.get(sha256);
      const facts = place === undefined ? null : await stat(place).catch(() => null);
      if (place !== undefined && facts) return { bytes: facts.size, read: () => createReadStream(place) };
      const bytes = await blobs.size(sha256);
      return bytes === null ? null : { bytes, read: () => blobs.get(sha256) };
    },
    async receive({ sha256, offset, bytes }, body, signal) {
      const stand = await uploads.append(sha256, offset, body, signal);
      if (stand.offset < bytes) return { isHere: false, offset: stand.offset };
      await uploads.complete(sha256, { sha256, bytes });
      return progress(sha256);
    },
    async removeUnused(at) {
      const named = new Set((await listImageManifests(store.read)).flatMap(digestsOf));
      const unused = (await listObjects(directory)).filter(
        ({ sha256, since }) => !named.has(sha256) && at - since > limits.imageFileKeepMs,
      );
      for (const { sha256 } of unused) await blobs.remove(sha256);
      const reaped = await uploads.reapIdleSince(at - limits.imageFileKeepMs);
      return unused.length + reaped.length;
    },
  };
}

/** Digests of the files that come from the coordinator, and not from an address of their own. */
export const digestsOf = ({ disk, boot }: ImageManifest): string[] =>
  [disk, boot.kernel, boot.initrd, boot.ssh?.key].flatMap(file =>
    file?.sha256 !== undefined && file.url === undefined ? [file.sha256] : [],
  );

async function listObjects(directory: string): Promise<{ sha256: string; since: Instant }[]> {
  const objects = path.join(directory, 'objects');
  const names = await readdir(objects, { recursive: true });
  const files = names.filter(name => digest.safeParse(path.basename(name)).success);
  return Promise.all(
    files.map(async name => ({
      sha256: path.basename(name),
      since: (await stat(path.join(objects, name))).mtimeMs,
    })),
  );
}
