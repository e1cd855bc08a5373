/** Where the CLI on this computer finds a running coordinator: a file in its data directory, gone with it. */
import { readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';

const place = z.object({
  /** How people reach it, perhaps through a proxy. */
  peopleUrl: z.url(),
  /** How this computer does. */
  localUrl: z.url(),
  /** PEM of the authorities that `localUrl` is believed by; null: it speaks plain text. */
  authority: z.string().nullable().default(null),
  adminTokenFile: z.string(),
  pid: z.number().int().positive(),
});
export type Place = z.infer<typeof place>;

const placeFile = (dataDir: string): string => path.join(dataDir, 'coordinator.json');

/** @returns the file's path. */
export async function writePlace(dataDir: string, here: Place): Promise<string> {
  const file = placeFile(dataDir);
  await writeFile(`${file}.new`, `${JSON.stringify(here, null, 2)}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
  return file;
}

/** What a coordinator has left in its data directory, which may live or not; null when there is nothing of the kind. */
export async function readPlace(dataDir: string): Promise<Place | null> {
  try {
    return place.parse(JSON.parse(await readFile(placeFile(dataDir), 'utf8')));
  } catch {
    return null; // no such file, or none that a coordinator wrote: either way nobody is there
  }
}
