import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import type { ImageManifestInput } from '#shared/image-manifest.ts';
import { builtImage, type ImageName } from './built-image.ts';

const images = fileURLToPath(new URL('../../images/', import.meta.url));

/** The manifest of an image with the files of this computer's cache, and as little memory as it boots with. */
export async function debianImage(name: ImageName = 'debian-12'): Promise<ImageManifestInput> {
  const manifest = parse(await readFile(join(images, name, 'image.yaml'), 'utf8')) as ImageManifestInput;
  const { disk, kernel, initrd } = await builtImage(name);
  return {
    ...manifest,
    disk: { path: disk, format: 'qcow2' },
    machine: { ...manifest.machine, memory: '256MiB' },
    boot: { ...manifest.boot, kernel: { path: kernel }, initrd: { path: initrd } },
  };
}
