/** One archive of a tree: the same files give the same bytes, whoever packs them, where and when. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { create } from 'tar';

/**
 * Writes a gzipped tar of the files of `tree`, below a folder `prefix`.
 * @param names relative to `tree`.
 * @param at the time that every file gets.
 */
export async function pack(
  tree: string,
  names: readonly string[],
  options: { file: string; prefix: string; at: Date },
): Promise<void> {
  const { file, prefix, at } = options;
  // Owners, devices and the system that packs stay out of it; by code points, which no locale changes.
  const sorted = [...names].sort((a, b) => (a < b ? -1 : 1));
  await create(
    { cwd: tree, file, prefix, gzip: { level: 9 }, portable: true, noPax: true, mtime: at },
    sorted,
  );
}

/** Every file below `tree`, relative to it, except below these folders. */
export async function filesBelow(tree: string, except: readonly string[]): Promise<string[]> {
  const entries = await readdir(tree, { recursive: true, withFileTypes: true });
  return entries
    .filter(entry => !entry.isDirectory())
    .map(entry => path.relative(tree, path.join(entry.parentPath, entry.name)))
    .filter(name => !except.some(folder => name === folder || name.startsWith(`${folder}/`)));
}

/** The lines that `sha256sum --check` reads. */
export async function checksums(folder: string, names: readonly string[]): Promise<string> {
  const lines = names.map(async name => {
    const digest = createHash('sha256').update(await readFile(path.join(folder, name)));
    return `${digest.digest('hex')}  ${name}\n`;
  });
  return (await Promise.all(lines)).join('');
}
