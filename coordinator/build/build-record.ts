/**
 * Whether what was built is still what its inputs give: a record beside it holds a digest over everything that went in.
 * So switching branches back and forth, copying the tree and touched files are all told apart.
 */
import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';

/** A release has its bundles, and not what they were built from: they are what they came as. */
export const isRelease = (root: string): boolean => existsSync(path.join(root, 'dist/release.json'));

export const sha256Of = (data: Uint8Array | string): string =>
  createHash('sha256').update(data).digest('hex');

/** @param seed how it is built: another way of building is a change like any other. */
export async function digestInputs(root: string, seed: string, inputs: readonly string[]): Promise<string> {
  const digests = await Promise.all(
    inputs.map(async name => `${name} ${await digestOrNone(path.join(root, name))}`),
  );
  return sha256Of([seed, ...digests].join('\n'));
}

const digestOrNone = async (file: string): Promise<string> => {
  try {
    return sha256Of(await readFile(file));
  } catch {
    return 'none'; // An input that went is a change like any other.
  }
};

const folderRecord = z.object({
  /** Names below the folder, and the digest of what they hold. */
  outputs: z.record(z.string(), z.string()),
  inputsSha256: z.string(),
  inputs: z.array(z.string()),
});

/** A folder that is built, relative to the root. `seed` is how it is built. */
export type BuiltFolder = { output: string; seed: string };

const recordOf = (root: string, { output }: BuiltFolder): string => path.join(root, `${output}.json`);

export async function recordFolder(
  root: string,
  folder: BuiltFolder,
  files: ReadonlyMap<string, Uint8Array | string>,
  inputs: { inputsSha256: string; inputs: readonly string[] },
): Promise<void> {
  // Builders may hand over their files in another order each time.
  const digests = [...files].map(([name, data]) => [name, sha256Of(data)] as const);
  const outputs = Object.fromEntries(digests.sort(([a], [b]) => (a < b ? -1 : 1)));
  await replaceFile(recordOf(root, folder), JSON.stringify({ outputs, ...inputs }));
}

/** Of a folder that is whole, and what its inputs give; null where it has to be built. */
export async function freshInputs(root: string, folder: BuiltFolder): Promise<readonly string[] | null> {
  try {
    const text = await readFile(recordOf(root, folder), 'utf8');
    const { outputs, inputs, inputsSha256 } = folderRecord.parse(JSON.parse(text));
    for (const [name, sha256] of Object.entries(outputs))
      if (sha256Of(await readFile(path.join(root, folder.output, name))) !== sha256) return null;
    if (isRelease(root)) return inputs;
    return (await digestInputs(root, folder.seed, inputs)) === inputsSha256 ? inputs : null;
  } catch {
    // Missing, unreadable or from another version: building again mends each of them.
    return null;
  }
}

/** Coarser than any file system's clock: an input touched this close to the build may not be what was built. */
const clockGrainMs = 50;

/** What to record of the inputs of a build that began at `startedAt`: one that moved meanwhile makes it stale at once. */
export async function recordInputs(
  root: string,
  seed: string,
  inputs: readonly string[],
  startedAt: number,
): Promise<string> {
  const isSettled = (await newestChange(root, inputs)) < startedAt - clockGrainMs;
  return isSettled ? digestInputs(root, seed, inputs) : 'changed while it was built';
}

async function newestChange(root: string, inputs: readonly string[]): Promise<number> {
  const changes = await Promise.all(
    inputs.map(async name => {
      const found = await stat(path.join(root, name)).catch(() => null);
      return found?.mtimeMs ?? 0;
    }),
  );
  return Math.max(...changes);
}

/** The file as a whole or not at all, for whoever reads it meanwhile. */
export async function replaceFile(file: string, data: Uint8Array | string): Promise<void> {
  const draft = `${file}.${randomUUID()}`;
  await mkdir(path.dirname(file), { recursive: true });
  try {
    await writeFile(draft, data);
    await rename(draft, file);
  } finally {
    await rm(draft, { force: true });
  }
}
