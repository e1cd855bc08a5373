/**
 * The image of `images/debian-12`, built once on this computer and kept outside of the checkout, under a name that changes
 * with its recipe.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { access, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { until } from '#test/support/until.ts';

const recipe = fileURLToPath(new URL('../../images/debian-12/', import.meta.url));
const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'paddock', 'images');

export type BuiltImage = { disk: string; kernel: string; initrd: string };

/** Builds it when it is missing, which takes a minute; others wait for whoever came first. */
export async function builtImage(): Promise<BuiltImage> {
  const place = join(cache, `debian-12-${await digestOfRecipe()}`);
  await mkdir(cache, { recursive: true });
  await until(
    `${place} is built`,
    async () => (await exists(place)) || (await inTurn(`${place}.lock`, () => build(place))),
    { timeoutMs: 600_000, everyMs: 500 },
  );
  return { disk: join(place, 'disk.qcow2'), kernel: join(place, 'kernel'), initrd: join(place, 'initrd') };
}

async function digestOfRecipe(): Promise<string> {
  const hash = createHash('sha256');
  for (const name of ['build', 'init.c']) hash.update(await readFile(join(recipe, name)));
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

async function build(place: string): Promise<void> {
  const draft = `${place}.${process.pid}`;
  await mkdir(draft, { recursive: true });
  try {
    const child = spawn(join(recipe, 'build'), [draft], { stdio: ['ignore', 'inherit', 'inherit'] });
    const [code] = await once(child, 'exit');
    if (code !== 0)
      throw new Error(`${join(recipe, 'build')} ended with ${code}; it says above what is missing`);
    for (const name of await readdir(cache))
      if (name.startsWith('debian-12-') && !name.includes('.', 'debian-12-'.length))
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
