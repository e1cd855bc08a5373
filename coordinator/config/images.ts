/** A folder of `images/` as a coordinator takes it: its manifest, and the files it brings along, by digest. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type ImageManifest, imageManifest } from '#shared/image-manifest.ts';
import { problemText, readYaml } from '../yaml/yaml.ts';

export type ReadImage = {
  /** Its own files are named by their digests alone. */
  image: ImageManifest;
  /** SHA-256 → absolute path. */
  files: ReadonlyMap<string, string>;
};

/** Null when there are problems, which are added to the list. */
export async function readImage(folder: string, problems: string[]): Promise<ReadImage | null> {
  const file = path.join(folder, 'image.yaml');
  const bytes = await readFile(file).catch(() => null);
  if (!bytes) {
    problems.push(`images: ${file} cannot be read`);
    return null;
  }
  const answer = readYaml(imageManifest, bytes, file);
  if ('ok' in answer) return takeFiles(answer.ok, folder, problems);
  problems.push(...answer.problems.map(problemText));
  return null;
}

/** Finds the files that the image names by a path, relative to its folder, and replaces the paths by digests. */
export async function takeFiles(
  image: ImageManifest,
  folder: string,
  problems: string[],
): Promise<ReadImage> {
  const files = new Map<string, string>();
  const take = async <File extends { path?: string | undefined; sha256?: string | undefined }>(
    what: string,
    file: File,
  ): Promise<File> => {
    if (file.path === undefined) return file;
    const { path: name, ...rest } = file;
    const place = path.resolve(folder, name);
    const sha256 = await sha256OfFile(place).catch((error: NodeJS.ErrnoException) => {
      problems.push(
        `images: the ${what} of ${image.name} is ${place}, which cannot be read (${error.code}); build it as the README of its folder says`,
      );
      return '';
    });
    if (file.sha256 !== undefined && file.sha256 !== sha256 && sha256 !== '')
      problems.push(`images: ${place} is not the ${what} that ${image.name} names: its SHA-256 is ${sha256}`);
    files.set(sha256, place);
    return { ...(rest as File), sha256 };
  };
  const { disk, boot } = image;
  if (boot.ssh?.key.path !== undefined && !(await isPrivateKey(path.resolve(folder, boot.ssh.key.path))))
    problems.push(
      `images: ${path.resolve(folder, boot.ssh.key.path)} is no private key, as ssh-keygen makes one: the key of ssh of ${image.name} is the half that is not on its disk`,
    );
  return {
    files,
    image: {
      ...image,
      ...(disk ? { disk: await take('disk', disk) } : {}),
      boot: {
        ...boot,
        ...(boot.kernel ? { kernel: await take('kernel', boot.kernel) } : {}),
        ...(boot.initrd ? { initrd: await take('initrd', boot.initrd) } : {}),
        ...(boot.ssh ? { ssh: { ...boot.ssh, key: await take('key of ssh', boot.ssh.key) } } : {}),
      },
    },
  };
}

/** By its first line; of one that cannot be read nothing is said here. */
async function isPrivateKey(place: string): Promise<boolean> {
  const text = await readFile(place, 'latin1').catch(() => null);
  return text === null || /^-----BEGIN [\w ]*PRIVATE KEY-----|^PuTTY-User-Key-File/.test(text);
}

async function sha256OfFile(place: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(place, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex');
}
