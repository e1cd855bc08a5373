import { join } from 'node:path';
import { limits } from '#shared/limits.ts';
import { accountJwt } from './accounts.ts';
import { BusError } from './errors.ts';
import type { Operator } from './operator.ts';
import { readIfThere, replacePrivateFile } from './private-file.ts';
import { type RevokedKey, readRevocations, toClaim, withRevoked, writeRevocations } from './revocations.ts';
import type { BusFiles } from './server-config.ts';

export type RevocationBook = {
  /** Stores the keys and forgets what has expired. Throws `revocations-full` or `not-writable`; then nothing changed. */
  add(keys: readonly RevokedKey[]): Promise<void>;
  /** The account's claims as they are now. */
  claims(): string;
  /** Puts the present claims where a server that starts reads them. */
  writeClaims(): Promise<void>;
};

/** The revoked keys of the folder. Throws `keys-unreadable` when the file is damaged: forgetting it would let them in. */
export async function openRevocationBook(files: BusFiles, operator: Operator): Promise<RevocationBook> {
  let revoked = await load(files.revoked);
  const claims = () => accountJwt(operator, toClaim(revoked), Date.now());
  return {
    async add(keys) {
      const next = withRevoked(revoked, keys, Date.now());
      if (Object.keys(next).length > limits.natsRevocations) throw full();
      await replacePrivateFile(files.revoked, writeRevocations(next));
      revoked = next;
    },
    claims,
    writeClaims: () =>
      replacePrivateFile(join(files.accounts, `${operator.account.publicKey}.jwt`), claims()),
  };
}

async function load(path: string) {
  const text = await readIfThere(path);
  if (text === null) return {};
  try {
    return readRevocations(text);
  } catch (cause) {
    const message = `${path} is damaged; restore it from a backup, or remove it: then nobody counts as revoked`;
    throw new BusError('keys-unreadable', message, { cause });
  }
}

const full = (): BusError =>
  new BusError(
    'revocations-full',
    `more than ${limits.natsRevocations} credentials would be revoked and not yet expired; nothing was revoked, there is room again when the oldest expire`,
  );
