import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { makePrivateFolder, readOrMake } from '../bus/private-file.ts';
import { AccessError } from './errors.ts';

export type KeyName = 'attempt-tokens' | 'boot-tickets' | 'image-files' | 'sessions' | 'sign-in';

const keyBytes = 32;

/**
 * The key of that name in `<dir>/keys/` (0600), made the first time: 32 random bytes. Removing the file makes everything
 * that was signed with it void. Throws `key-unreadable`, and `not-writable` of the data directory.
 */
export async function loadKey(dir: string, name: KeyName): Promise<Uint8Array> {
  const folder = join(dir, 'keys');
  await makePrivateFolder(folder);
  const path = join(folder, name);
  const text = await readOrMake(path, () => `${randomBytes(keyBytes).toString('base64url')}\n`);
  const key = Buffer.from(text.trim(), 'base64url');
  if (key.length === keyBytes) return key;
  throw new AccessError(
    `${path} is damaged; restore it from a backup, or remove it: what was signed with it is then void`,
  );
}
