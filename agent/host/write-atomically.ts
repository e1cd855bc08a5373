import { open, rename, rm } from 'node:fs/promises';

let writes = 0;

/** Replaces a file so that a crash at any instant leaves the old or the new content, never a part. Private (0600), fsynced. */
export async function writeAtomically(path: string, content: string | Uint8Array): Promise<void> {
  const draft = `${path}.${process.pid}-${writes++}.draft`;
  try {
    const file = await open(draft, 'wx', 0o600);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}
