/**
 * The image of `images/debian-12`, built once on this computer and kept outside of the checkout, under a name that changes
 * with its recipe.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { access, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const recipe = fileURLToPath(new URL('../../images/debian-12/', import.meta.url));
const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'paddock', 'images');

export type BuiltImage = { disk: string; kernel: string; initrd: string };

/** Builds it when it is missing, which takes a minute. Two at once build it twice and keep one. */
export async function builtImage(): Promise<BuiltImage> {
  const place = join(cache, `debian-12-${await digestOfRecipe()}`);
  if (!(await exists(place))) await build(place);
  return { disk: join(place, 'disk.qcow2'), kernel: join(place, 'kernel'), initrd: join(place, 'initrd') };
}

async function digestOfRecipe(): Promise<string> {
  const hash = createHash('sha256');
  for (const name of ['build', 'init.c']) hash.update(await readFile(join(recipe, name)));
  return hash.digest('hex').slice(0, 12);
}

async function build(place: string): Promise<void> {
  const draft = `${place}.${process.pid}`;
  await mkdir(draft, { recursive: true });
  try {
    const child = spawn(join(recipe, 'build'), [draft], { stdio: ['ignore', 'inherit', 'inherit'] });
    const [code] = await once(child, 'exit');
    if (code !== 0)
      throw new Error(`${join(recipe, 'build')} ended with ${code}; it says above what is missing`);
    for (const name of await readdir(cache))
      if (name.startsWith('debian-12-') && !name.includes('.'))
        await rm(join(cache, name), { recursive: true, force: true });
    await rename(draft, place);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    if (!(await exists(place))) throw error;
  }
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
