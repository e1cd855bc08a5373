/**
 * The images of `images/debian-12` and its like, each built once on this computer and kept outside of the checkout, under a
 * name that changes with its recipe.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { access, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { until } from '#test/support/until.ts';

const images = fileURLToPath(new URL('../../images/', import.meta.url));
const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'paddock', 'images');

/** All that the tests ask of a system; others are built with what suites usually find. */
const packages: Partial<Record<ImageName, string>> = { 'debian-12': 'git,procps' };

export type BuiltImage = { disk: string; kernel: string; initrd: string };

/** Folders of `images/` of which the tests build one; the first holds the recipe of both. */
export type ImageName = 'debian-12' | 'debian-12-arm64';

/** Builds it when it is missing, which takes a minute; others wait for whoever came first. */
export async function builtImage(name: ImageName = 'debian-12'): Promise<BuiltImage> {
  const place = join(cache, `${name}-${await digestOfRecipe(name)}`);
  await mkdir(cache, { recursive: true });
  await until(
    `${place} is built`,
    async () => (await exists(place)) || (await inTurn(`${place}.lock`, () => build(name, place))),
    { timeoutMs: 900_000, everyMs: 500 },
  );
  return { disk: join(place, 'disk.qcow2'), kernel: join(place, 'kernel'), initrd: join(place, 'initrd') };
}

async function digestOfRecipe(name: ImageName): Promise<string> {
  const hash = createHash('sha256');
  for (const file of ['build', 'configure-foreign', 'init.c'])
    hash.update(await readFile(join(images, 'debian-12', file)));
  hash.update(await readFile(join(images, name, 'build')));
  hash.update(packages[name] ?? '');
  return hash.digest('hex').slice(0, 12);
}

/** False: somebody else is at it. A lock of a process that is no more is nobody's. */
async function inTurn(lock: string, act: () => Promise<void>): Promise<boolean> {
  try {
    await writeFile(lock, String(process.pid), { flag: 'wx' });
  } catch {
    const holder = Number(await readFile(lock, 'utf8').catch(() => process.pid));
    if (!(await exists(`/proc/${holder}`))) await rm(lock, { force: true });
    return false;
  }
  try {
    await act();
    return true;
  } finally {
    await rm(lock, { force: true });
  }
}

async function build(name: ImageName, place: string): Promise<void> {
  const recipe = join(images, name, 'build');
  const draft = `${place}.${process.pid}`;
  await mkdir(draft, { recursive: true });
  try {
    const child = spawn(recipe, [draft], {
      env: { ...process.env, PACKAGES: packages[name] ?? '' },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    const [code] = await once(child, 'exit');
    if (code !== 0) throw new Error(`${recipe} ended with ${code}; it says above what is missing`);
    for (const other of await readdir(cache))
      if (other.startsWith(`${name}-`) && /^[0-9a-f]{12}$/.test(other.slice(name.length + 1)))
        await rm(join(cache, other), { recursive: true, force: true });
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
