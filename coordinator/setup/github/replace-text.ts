import { randomUUID } from 'node:crypto';
import { open, rename, rm, stat } from 'node:fs/promises';
import { GithubSetUpError } from './errors.ts';

/** A file that keeps its mode, and has the old or the new text whatever happens. Throws `not-writable`. */
export async function replaceText(file: string, text: string): Promise<void> {
  const draft = `${file}.${randomUUID()}.new`;
  try {
    const mode = (await stat(file).catch(() => null))?.mode ?? 0o600;
    const handle = await open(draft, 'wx', mode & 0o777);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(draft, file);
  } catch (cause) {
    await rm(draft, { force: true });
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new GithubSetUpError(
      'not-writable',
      `${file} cannot be written (${code ?? message}); it was left as it is`,
      { cause },
    );
  }
}
