/** Files that only the coordinator's user may read (0600), whole or not at all. */
import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BusError, codeOf, messageOf } from './errors.ts';

async function writeWhole(path: string, text: string): Promise<string> {
  const draft = `${path}.${randomUUID()}.new`;
  const file = await open(draft, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  return draft;
}

async function syncFolderOf(path: string): Promise<void> {
  const folder = await open(dirname(path), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

const notWritable = (path: string, cause: unknown): BusError =>
  new BusError(
    'not-writable',
    `${path} cannot be written (${messageOf(cause)}); check owner, permissions and space of the data directory`,
    { cause },
  );

/** Makes a folder that only its owner may enter; it may exist. Throws `not-writable`. */
export async function makePrivateFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw notWritable(path, cause);
  }
}

/** Puts `text` in the place of whatever was there; after a crash the old or the new text is there. Throws `not-writable`. */
export async function replacePrivateFile(path: string, text: string): Promise<void> {
  try {
    await rename(await writeWhole(path, text), path);
    await syncFolderOf(path);
  } catch (cause) {
    throw notWritable(path, cause);
  }
}

/** Puts `text` there unless the file exists, in one step; false when it exists. Throws `not-writable`. */
export async function createPrivateFile(path: string, text: string): Promise<boolean> {
  try {
    const draft = await writeWhole(path, text);
    try {
      await link(draft, path);
      await syncFolderOf(path);
      return true;
    } finally {
      await rm(draft, { force: true });
    }
  } catch (cause) {
    if (codeOf(cause) === 'EEXIST') return false;
    throw notWritable(path, cause);
  }
}

/** The text of the file, or null when there is none. */
export async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

/** The text of the file, made by `make` the first time. Two starts at once end with one text. Throws `not-writable`. */
export async function readOrMake(path: string, make: () => string): Promise<string> {
  const there = await readIfThere(path);
  if (there !== null) return there;
  const text = make();
  return (await createPrivateFile(path, text)) ? text : readFile(path, 'utf8');
}

/** Whether a file is a draft that a killed process left behind; a lock's may belong to a start that goes on right now. */
export const isForsakenDraft = (name: string): boolean => name.endsWith('.new') && !name.startsWith('lock.');

/** Removes the files of a folder whose name `isOld` says so of. */
export async function removeFiles(folder: string, isOld: (name: string) => boolean): Promise<void> {
  for (const name of await readdir(folder)) if (isOld(name)) await rm(join(folder, name), { force: true });
}
