/** Where the CLI on this computer finds a running coordinator: a file in its data directory, gone with it. */
import { rename, writeFile } from 'node:fs/promises';
import path from 'node:path';

export type Place = { peopleUrl: string; adminTokenFile: string; pid: number };

export const placeFile = (dataDir: string): string => path.join(dataDir, 'coordinator.json');

/** @returns the file's path. */
export async function writePlace(dataDir: string, place: Place): Promise<string> {
  const file = placeFile(dataDir);
  await writeFile(`${file}.new`, `${JSON.stringify(place, null, 2)}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
  return file;
}
