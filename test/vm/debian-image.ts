import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import type { ImageManifestInput } from '#shared/image-manifest.ts';
import { builtImage } from './built-image.ts';

const folder = fileURLToPath(new URL('../../images/debian-12/', import.meta.url));

/** The manifest of `images/debian-12` with the files of this computer's cache, and as little memory as it boots with. */
export async function debianImage(): Promise<ImageManifestInput> {
  const manifest = parse(await readFile(join(folder, 'image.yaml'), 'utf8')) as ImageManifestInput;
  const { disk, kernel, initrd } = await builtImage();
  return {
    ...manifest,
    disk: { path: disk, format: 'qcow2' },
    machine: { ...manifest.machine, memory: '256MiB' },
    boot: { ...manifest.boot, kernel: { path: kernel }, initrd: { path: initrd } },
  };
}
