import { constants } from 'node:fs';
import { access, glob } from 'node:fs/promises';
import path from 'node:path';
import { neededFor, type Prerequisite, type Purpose } from './prerequisites.ts';

/** Where packages put servers; the PATH of an ordinary user often lacks them. */
const usualFolders = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/opt/homebrew/bin'];

export type Search = { path: string; usualFolders: readonly string[] };

const here = (): Search => ({ path: process.env.PATH ?? '', usualFolders });

/** The absolute path of a prerequisite's program, or null. Starts no process; costs less than a millisecond per name. */
export async function findProgram(
  { programs, folders }: Pick<Prerequisite, 'programs' | 'folders'>,
  search: Search = here(),
): Promise<string | null> {
  const onPath = search.path.split(path.delimiter).filter(Boolean);
  for (const folder of [...onPath, ...search.usualFolders, ...(await expand(folders))])
    for (const name of programs) {
      const found = await executableAt(path.join(folder, name));
      if (found) return found;
    }
  return null;
}

/** The prerequisites of a purpose that this machine lacks; a few milliseconds when it lacks none. */
export async function missingFor(purpose: Purpose, search: Search = here()): Promise<Prerequisite[]> {
  const looked = await Promise.all(
    neededFor(purpose).map(async prerequisite => ({
      prerequisite,
      found: await findProgram(prerequisite, search),
    })),
  );
  return looked.filter(({ found }) => found === null).map(({ prerequisite }) => prerequisite);
}

/** Newest first where folders carry a version, so that PostgreSQL 17 wins over 15. */
async function expand(patterns: readonly string[]): Promise<string[]> {
  const newestFirst = new Intl.Collator('en', { numeric: true });
  const folders: string[] = [];
  for (const pattern of patterns) {
    const matches: string[] = [];
    for await (const folder of glob(pattern)) matches.push(folder);
    folders.push(...matches.sort((a, b) => newestFirst.compare(b, a)));
  }
  return folders;
}

const endings = process.platform === 'win32' ? ['.exe', '.cmd'] : [''];

async function executableAt(file: string): Promise<string | null> {
  for (const ending of endings)
    try {
      await access(file + ending, constants.X_OK);
      return file + ending;
    } catch {
      // Not here: the next place is asked, and null is the answer when there is none.
    }
  return null;
}
