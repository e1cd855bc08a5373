/**
 * The files of images that lie at the coordinator, by their SHA-256: hosts fetch them from the machine listener, whatever
 * folder they came from. A manifest on its way to a host names addresses only.
 */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { ImageManifest } from '#shared/image-manifest.ts';

/** Absolute path of each file. */
export type ImageFiles = ReadonlyMap<string, string>;

type Named = { url?: string | undefined; sha256?: string | undefined };

/** The manifest with an address for every file: the coordinator's own where it names none. */
export function addressed(image: ImageManifest, machineUrl: string): ImageManifest {
  const at = <File extends Named>(file: File): File =>
    file.url === undefined ? { ...file, url: `${machineUrl}/images/${file.sha256}` } : file;
  const { disk, boot } = image;
  return {
    ...image,
    ...(disk ? { disk: at(disk) } : {}),
    boot: {
      ...boot,
      ...(boot.kernel ? { kernel: at(boot.kernel) } : {}),
      ...(boot.initrd ? { initrd: at(boot.initrd) } : {}),
    },
  };
}

/** Sends one file. False: there is none of this digest. */
export async function serveImageFile(
  files: ImageFiles,
  sha256: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  const path = files.get(sha256);
  const size = path && (await stat(path).catch(() => null))?.size;
  if (path === undefined || size === undefined || size === null) return false;
  response.writeHead(200, {
    'content-type': 'application/octet-stream',
    'content-length': size,
    'cache-control': 'no-store',
  });
  await pipeline(createReadStream(path), response).catch(error => {
    if (!request.destroyed) throw error;
  });
  return true;
}
