import { constants } from 'node:fs';
import { access, stat, statfs } from 'node:fs/promises';
import path from 'node:path';
import type { Finding } from '#shared/diagnosis.ts';
import { limits } from '#shared/limits.ts';
import { bytesText } from '#shared/quantity-text.ts';
import type { Config } from '../../config/config.ts';
import { StoreError } from '../../store/errors.ts';
import { schemaOf } from '../../store/schema-of.ts';
import { bad, badBecause, good, warning } from './finding.ts';
import type { Running } from './running.ts';

/** The data directory, the database in it or elsewhere, and the room that is left. */
export async function examineData(
  { dataDir, database }: Pick<Config, 'dataDir' | 'database'>,
  running: Running | null,
): Promise<Finding[]> {
  const place = await nearestExisting(dataDir);
  return [
    await examineDirectory(dataDir, place, running),
    await examineDatabase(database),
    await examineSpace(place),
  ];
}

/** The directory itself, or the one in which it will be made. */
async function nearestExisting(directory: string): Promise<string> {
  const found = await stat(directory).catch(() => null);
  const above = path.dirname(directory);
  return found || above === directory ? directory : nearestExisting(above);
}

async function examineDirectory(dataDir: string, place: string, running: Running | null): Promise<Finding> {
  const about = 'data';
  if (running?.url)
    return good(about, `${dataDir}: the coordinator runs at ${running.url} (process ${running.pid})`);
  if (running)
    return warning(
      about,
      `${dataDir} is held by process ${running.pid}, which does not answer as a coordinator`,
      `wait for its start or end, or end it: kill ${running.pid}`,
    );
  const isDirectory = (await stat(place)).isDirectory();
  if (!isDirectory) return bad(about, `${place} is not a directory`, 'choose another one: PADDOCK_DATA');
  const failure = await access(place, constants.W_OK | constants.X_OK).then(
    () => null,
    (error: NodeJS.ErrnoException) => error.code ?? error.message,
  );
  if (failure !== null)
    return bad(
      about,
      `${place} cannot be written (${failure})`,
      'check its owner and permissions, or choose another one: PADDOCK_DATA',
    );
  return good(about, place === dataDir ? `${dataDir}: writable, nobody uses it` : `${dataDir}: will be made`);
}

async function examineDatabase(location: Config['database']): Promise<Finding> {
  const about = 'database';
  const name = location.type === 'sqlite' ? 'SQLite' : 'PostgreSQL';
  try {
    const schema = await schemaOf(location);
    return good(about, schema === null ? `${name}: empty` : `${name}: schema ${schema}`);
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    return badBecause(about, error);
  }
}

async function examineSpace(place: string): Promise<Finding> {
  const about = 'disk space';
  const { bavail, bsize } = await statfs(place);
  return spaceFinding(about, place, bavail * bsize);
}

/** `free` in bytes. */
export function spaceFinding(about: string, place: string, free: number): Finding {
  const text = `${bytesText(free)} free for ${place}`;
  const remedy = 'free some space, or choose another data directory: PADDOCK_DATA';
  if (free < limits.diskFullBytes) return bad(about, text, remedy);
  return free < limits.diskLowBytes ? warning(about, text, remedy) : good(about, text);
}
