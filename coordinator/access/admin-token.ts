import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { readOrMake } from '../bus/private-file.ts';
import { AccessError } from './errors.ts';

/** Where the administrator's token lies in a data directory; the CLI on this computer reads it there. */
export const adminTokenFile = (dir: string): string => join(dir, 'admin-token');

/**
 * The administrator's token (0600), made at the first start: `admin_` and 43 characters. Removing the file makes a new one
 * at the next start. The data directory exists. Throws `key-unreadable`, and `not-writable` of the data directory.
 */
export async function loadAdminToken(dir: string): Promise<string> {
  const path = adminTokenFile(dir);
  const text = await readOrMake(path, () => `admin_${randomBytes(32).toString('base64url')}\n`);
  const token = text.trim();
  // A file cut short must not become a password that can be guessed.
  if (/^admin_[\w-]{43}$/.test(token)) return token;
  throw new AccessError(`${path} is damaged; remove it, and the next start makes a new one`);
}
