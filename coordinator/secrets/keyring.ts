/** All root keys of a coordinator: the holder whose key wraps, and those that still open what was wrapped before. */
import { limits } from '#shared/limits.ts';
import type { RootKeyView } from '#shared/secrets.ts';
import type { StoredSecret } from '../store/secrets.ts';
import { type Bound, nameOf, openValue } from './envelope.ts';
import { SecretsError } from './errors.ts';
import type { RootKeys, WrappedKey } from './root-keys.ts';

export type Keyring = {
  current: RootKeys;
  unwrap(wrapped: WrappedKey, bound: Bound): Promise<Buffer>;
  /** Throws `SecretsError`. */
  open(secret: StoredSecret): Promise<string>;
  /** How it stands with the keys that these names are of. */
  view(roots: readonly string[]): Promise<RootKeyView>;
};

export function createKeyring(current: RootKeys, old: readonly RootKeys[]): Keyring {
  const holders = [current, ...old];
  const held = new Map<string, Buffer>();

  /** Throws `secret-key-missing` with whatever is wrong with those that may have it. */
  async function holderOf(root: string, what: string): Promise<RootKeys> {
    const troubles: string[] = [];
    for (const holder of holders) {
      const has = await holder.has(root).catch(error => {
        if (!(error instanceof SecretsError)) throw error;
        troubles.push(error.message);
        return false;
      });
      if (has) return holder;
    }
    throw new SecretsError('secret-key-missing', missingText(what, root, troubles));
  }

  async function unwrap(wrapped: WrappedKey, bound: Bound): Promise<Buffer> {
    const known = held.get(wrapped.wrapped);
    if (known) return known;
    const holder = await holderOf(wrapped.root, nameOf(bound));
    const key = await holder.unwrap(wrapped, bound);
    const [oldest] = held.keys();
    if (held.size >= limits.dataKeysHeld && oldest !== undefined) held.delete(oldest);
    held.set(wrapped.wrapped, key);
    return key;
  }

  return {
    current,
    unwrap,
    async open(secret) {
      return openValue(secret.envelope.sealed, await unwrap(secret.envelope, secret), secret);
    },
    async view(roots) {
      const missing: string[] = [];
      for (const root of roots) {
        const isThere = await holderOf(root, '').then(
          () => true,
          () => false,
        );
        if (!isThere) missing.push(root);
      }
      const { source } = current;
      try {
        const fingerprint = await current.current();
        return { source, fingerprint, missing, problem: null };
      } catch (error) {
        if (!(error instanceof SecretsError)) throw error;
        const { code, message } = error;
        return { source, fingerprint: null, missing, problem: { code, message } };
      }
    },
  };
}

const missingText = (what: string, root: string, troubles: readonly string[]): string =>
  `${what} needs the root key ${root}, and nobody here has it; bring it back (secrets.key or secrets.old-keys of the configuration), or set the secret again` +
  (troubles.length > 0 ? `: ${troubles.join('; ')}` : '');
