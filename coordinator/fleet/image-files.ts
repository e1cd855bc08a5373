/**
 * The files of images that lie at the coordinator, by their SHA-256: hosts fetch them from the machine listener, whatever
 * folder they came from. A manifest on its way to a host names addresses only.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { ImageFilesAhead } from '#shared/host-messages.ts';
import { filesIn } from '#shared/image-files.ts';
import type { ImageManifest } from '#shared/image-manifest.ts';
import { limits } from '#shared/limits.ts';

/** Finds a file by its digest; null: there is none. */
export type FindImageFile = (
  sha256: string,
) => Promise<{ bytes: number; read(): AsyncIterable<Uint8Array> } | null>;

type Named = { url?: string | undefined; sha256?: string | undefined };

/**
 * The manifest as a host is told of it: with an address for every file, the coordinator's own where it names none, and
 * under the name that people know, also where a version of it is only being tried. What a host must have for it is not the
 * host's to know: older agents refuse keys that they do not know.
 */
export function addressed(image: ImageManifest, machineUrl: string): ImageManifest {
  const at = <File extends Named>(file: File): File =>
    file.url === undefined ? { ...file, url: `${machineUrl}/images/${file.sha256}` } : file;
  const { disk, boot } = image;
  const { labels: _, resources: __, ...machine } = image.machine;
  return {
    ...image,
    machine,
    name: image.name.replace(/@\d+$/, ''),
    ...(disk ? { disk: at(disk) } : {}),
    boot: {
      ...boot,
      ...(boot.kernel ? { kernel: at(boot.kernel) } : {}),
      ...(boot.initrd ? { initrd: at(boot.initrd) } : {}),
      ...(boot.ssh ? { ssh: { ...boot.ssh, key: at(boot.ssh.key) } } : {}),
    },
  };
}

/** What machines of these images need, each file once, and so many as one message has room for. */
export function filesAhead(images: readonly ImageManifest[]): ImageFilesAhead['files'] {
  const files = new Map<string, string | undefined>();
  for (const { sha256, url } of images.flatMap(filesIn)) if (sha256 !== undefined) files.set(sha256, url);
  return [...files]
    .slice(0, limits.imageFilesAhead)
    .map(([sha256, url]) => ({ sha256, ...(url === undefined ? {} : { url }) }));
}

/** Sends one file. False: there is none of this digest. */
export async function serveImageFile(
  find: FindImageFile,
  sha256: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  const file = await find(sha256);
  if (!file) return false;
  response.writeHead(200, {
    'content-type': 'application/octet-stream',
    'content-length': file.bytes,
    'cache-control': 'no-store',
  });
  await pipeline(file.read(), response).catch(error => {
    if (!request.destroyed) throw error;
  });
  return true;
}
