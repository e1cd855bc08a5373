/**
 * Another root key: every data key is wrapped anew, some at a time; values stay as they are. Killed anywhere, what is done
 * is done: both keys open until the last one hangs on the new key, and only then the old one goes.
 */
import type { Instant } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { logSecretChange } from '../store/secret-log.ts';
import { listRootsInUse, listSecrets, rewrapSecret, type StoredSecret } from '../store/secrets.ts';
import type { Store } from '../store/store.ts';
import { SecretsError } from './errors.ts';
import type { Keyring } from './keyring.ts';
import type { WrappedKey } from './root-keys.ts';

export type RotateParts = { store: Store; keyring: Keyring; now: () => Instant };

export type Rotation = {
  fingerprint: string;
  rotated: number;
  /** Nothing needs these any more. */
  retired: string[];
  /** Why some still hang on an old key. */
  problems: string[];
};

/** Throws `SecretsError` when there is no key to wrap with. */
export async function rotateRootKey({ store, keyring, now }: RotateParts, by: string): Promise<Rotation> {
  const { current: holder } = keyring;
  holder.forget?.();
  const before = (await listRootsInUse(store.read)).map(({ root }) => root);
  await holder.makeNext?.();
  const fingerprint = await holder.current();
  const problems: string[] = [];
  let rotated = 0;
  const waiting = (await listSecrets(store.read)).filter(({ envelope }) => envelope.root !== fingerprint);
  for (let from = 0; from < waiting.length; from += limits.rotationBatch) {
    const batch = await Promise.all(
      waiting.slice(from, from + limits.rotationBatch).map(secret => rewrapped(keyring, secret, problems)),
    );
    rotated += await store.write(async tx => {
      let count = 0;
      for (const next of batch)
        if (next && (await rewrapSecret(tx, next.secret, next.wrapped))) {
          await logSecretChange(tx, { ...next.secret, at: now(), type: 'rotated', by });
          count += 1;
        }
      return count;
    });
  }
  const left = (await listRootsInUse(store.read)).map(({ root }) => root);
  const old = left.filter(root => root !== fingerprint);
  // What was set under the old key in the meantime is wrapped anew by the next rotation, and needs it until then.
  if (old.length === 0) await holder.retireOld?.();
  return { fingerprint, rotated, retired: before.filter(root => !left.includes(root)), problems };
}

async function rewrapped(
  { current, unwrap }: Keyring,
  secret: StoredSecret,
  problems: string[],
): Promise<{ secret: StoredSecret; wrapped: WrappedKey } | null> {
  try {
    return { secret, wrapped: await current.wrap(await unwrap(secret.envelope, secret), secret) };
  } catch (error) {
    if (!(error instanceof SecretsError)) throw error;
    problems.push(error.message);
    return null;
  }
}
