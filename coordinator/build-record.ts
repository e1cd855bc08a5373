/**
 * Whether what was built is still what its inputs give: a record beside it holds a digest over everything that went in.
 * So switching branches back and forth, copying the tree and touched files are all told apart.
 */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';

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
