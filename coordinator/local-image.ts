/** An image for the computer that Paddock itself runs on, under the `process` driver: there without any preparation. */
import { readFile } from 'node:fs/promises';
import os from 'node:os';
import { slug } from '#shared/ids.ts';
import { type ImageManifest, imageManifest } from '#shared/image-manifest.ts';

const archNames: Partial<Record<NodeJS.Architecture, string>> = { x64: 'x86_64', arm64: 'aarch64' };

/** `debian-12` where os-release(5) says so, else the platform and its release: `freebsd-14`, `darwin-24`. */
export async function localImageName(): Promise<string> {
  const text = await readFile('/etc/os-release', 'utf8').catch(() => '');
  const field = (name: string) => new RegExp(`^${name}="?([^"\n]*)"?$`, 'm').exec(text)?.[1];
  const [id, version] = [field('ID') ?? os.platform(), field('VERSION_ID') ?? os.release().split('.')[0]];
  const name = [id, version]
    .filter(Boolean)
    .join('-')
    .toLowerCase()
    .replace(/[^a-z0-9.-]+/g, '-');
  return slug.safeParse(name).success ? name : 'this-computer';
}

/** The manifest of such an image. It serves every repository that may run on images that isolate nothing. */
export const localImage = (name: string): ImageManifest =>
  imageManifest.parse({
    name,
    os: os.platform(),
    arch: archNames[process.arch] ?? process.arch,
    machine: { driver: 'process' },
  });
