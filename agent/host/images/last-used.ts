import { stat, utimes } from 'node:fs/promises';
import { limits } from '#shared/limits.ts';

/** Whether the file is there; notes that it was used now, by its time of modification. */
export async function touch(path: string): Promise<boolean> {
  try {
    const now = new Date();
    await utimes(path, now, now);
    return true;
  } catch {
    return false;
  }
}

/** Whether no machine was made of the file for so long that it makes room. */
export const isUnused = async (path: string): Promise<boolean> =>
  Date.now() - (await stat(path)).mtimeMs > limits.imageKeepMs;
