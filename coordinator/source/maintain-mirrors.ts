/** Every mirror in turn, one at a time: what is packed takes less room, what nobody keeps goes. */
import { readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { repositoryId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { SourceError } from './errors.ts';
import type { Mirrors } from './mirror-port.ts';
import type { SourceLog } from './source-log.ts';

type Upkeep = {
  /** The directory of the mirrors. */
  dir: string;
  mirrors: Pick<Mirrors, 'maintain' | 'directoryOf'>;
  log: SourceLog;
  now: () => number;
};

/** When it was done last, by its time of change. */
const stampOf = (directory: string): string => join(directory, 'maintained');

/** One look: those that are due, and what was put aside long ago. One that fails keeps no other from it. */
export async function maintainMirrors(upkeep: Upkeep, signal: AbortSignal): Promise<void> {
  for (const name of await namesIn(upkeep.dir)) {
    if (signal.aborted) return;
    const path = join(upkeep.dir, name);
    if (name.endsWith('.git.damaged') && (await isDue(upkeep, path)))
      await rm(path, { recursive: true, force: true });
    const { success, data: repository } = repositoryId.safeParse(name.replace(/\.git$/, ''));
    if (!success || !name.endsWith('.git') || !(await isDue(upkeep, stampOf(path)))) continue;
    await maintain(upkeep, repository, signal);
  }
}

async function maintain(
  { mirrors, log, now }: Upkeep,
  repository: Parameters<Mirrors['maintain']>[0],
  signal: AbortSignal,
): Promise<void> {
  const directory = mirrors.directoryOf(repository);
  const [before, startedAt] = [await bytesOf(directory), now()];
  try {
    if (!(await mirrors.maintain(repository, signal))) return;
    await writeFile(stampOf(directory), '');
    const after = await bytesOf(directory);
    log.info(
      { mirror: repository, before, after, ms: now() - startedAt },
      'a mirror was maintained; sizes in bytes',
    );
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof SourceError)) throw error;
    log.warn({ mirror: repository }, error.message);
  }
}

/** Never, or long ago. */
async function isDue({ now }: Pick<Upkeep, 'now'>, path: string): Promise<boolean> {
  const found = await stat(path).catch(absent);
  return found === null || now() - found.mtimeMs >= limits.mirrorMaintainMs;
}

const namesIn = async (dir: string): Promise<string[]> => (await readdir(dir).catch(absent)) ?? [];

/** What its objects take; files come and go meanwhile. */
async function bytesOf(directory: string): Promise<number> {
  const objects = join(directory, 'objects');
  let bytes = 0;
  for (const name of (await readdir(objects, { recursive: true }).catch(absent)) ?? []) {
    const found = await stat(join(objects, name)).catch(absent);
    if (found?.isFile()) bytes += found.size;
  }
  return bytes;
}

function absent(error: unknown): null {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
  throw error;
}
