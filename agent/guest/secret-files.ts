/** Secrets that steps read from files: there while steps run, for the agent's user only. */
import { lstatSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { RunSpec } from '#shared/messages.ts';

/** Of a `Workplace`. */
type Folder = { secrets: string };

/** Everything that must not be seen, whichever way a step is given it. */
export const secretValues = ({ secrets, secretFiles = {} }: RunSpec): string[] => [
  ...Object.values(secrets),
  ...Object.values(secretFiles),
];

/** Path by variable. */
export const secretPaths = (
  files: Readonly<Record<string, string>>,
  folder: string,
): Record<string, string> => Object.fromEntries(Object.keys(files).map(name => [name, `${folder}/${name}`]));

/** Throws the system's errors. */
export function keepSecrets({ secrets }: Folder, files: Readonly<Record<string, string>>): void {
  mkdirSync(dirname(secrets), { recursive: true, mode: 0o700 });
  mkdirSync(secrets, { mode: 0o700 });
  for (const [name, value] of Object.entries(files))
    writeFileSync(join(secrets, name), value, { mode: 0o600, flag: 'wx' });
}

/** Harmless when there are none. What is on a disk is written over first; a disk may keep a copy all the same. */
export function dropSecrets({ secrets }: Folder): void {
  if (!lstatSync(secrets, { throwIfNoEntry: false })) return;
  for (const entry of readdirSync(secrets, { withFileTypes: true })) {
    const path = join(secrets, entry.name);
    if (entry.isFile()) writeFileSync(path, Buffer.alloc(lstatSync(path).size), { flag: 'r+' });
  }
  rmSync(secrets, { recursive: true, force: true });
}
