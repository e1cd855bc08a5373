/** The two secret files of a host: its key, and the newest answer to its enrolment. */
import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { hostId, instant } from '#shared/ids.ts';
import { enrolAnswer } from '#shared/messages.ts';
import { createUserKey, type UserKey, userKeyFromSeed } from '../credentials/user-key.ts';
import { ConfigurationInvalid, messageOf, StateUnusable } from './errors.ts';
import { writeAtomically } from './write-atomically.ts';

const storedCredential = enrolAnswer.extend({
  v: z.literal(1),
  id: hostId,
  token: z.string(),
  /** PEM of whom this host believes for its coordinator; null: the usual authorities. */
  authorities: z.string().nullable().default(null),
  obtainedAt: instant,
});
export type StoredCredential = z.infer<typeof storedCredential>;

/** Null when there is none yet. Throws `StateUnusable` when it is damaged. */
export async function readCredential(path: string): Promise<StoredCredential | null> {
  const text = await readIfThere(path);
  if (text === null) return null;
  try {
    return storedCredential.parse(JSON.parse(text));
  } catch {
    // Without the cause: a parser's message may quote the text.
    throw new StateUnusable(`${path} is damaged; remove it and enrol again with a new join token`);
  }
}

export const writeCredential = (path: string, credential: StoredCredential): Promise<void> =>
  writeAtomically(path, JSON.stringify(credential));

/** The host's key; made and stored before it is shown to anybody. Throws `KeyUnreadable`. */
export async function openKey(path: string): Promise<UserKey> {
  const seed = await readIfThere(path);
  if (seed !== null) return userKeyFromSeed(seed);
  const key = createUserKey();
  await writeAtomically(path, `${key.seed}\n`);
  return key;
}

/** The join token in this file; null when no file is named, or it is gone and not needed any more. */
export async function readJoinToken(path: string | null, isNeeded: boolean): Promise<string | null> {
  const token = path && (await readIfThere(path))?.trim();
  if (token) return token;
  if (!isNeeded) return null;
  throw new ConfigurationInvalid(
    path
      ? `the join token file ${path} is missing or empty; make a token at the coordinator and put it there`
      : 'this host has no credential yet: make a join token at the coordinator and name its file in PADDOCK_JOIN_TOKEN_FILE',
  );
}

async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new StateUnusable(`${path} cannot be read: ${messageOf(cause)}`, { cause });
  }
}
