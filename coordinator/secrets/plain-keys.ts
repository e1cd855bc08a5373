/** Root keys that are here: from a file, a variable of the environment, or a command that prints them. */

import { limits } from '#shared/limits.ts';
import { fingerprintOf, keyBytes, unwrapKey, wrapKey } from './envelope.ts';
import { SecretsError } from './errors.ts';
import type { RootKeys } from './root-keys.ts';

/** One key per line, the one that wraps first; below it those from before, which still open. Throws `secret-key-unusable`. */
export function readKeys(text: string, source: string): Buffer[] {
  const lines = text
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '' && !line.startsWith('#'));
  const keys = lines.map(keyOf);
  const wrong = keys.indexOf(null) + 1;
  if (wrong > 0) throw unusable(source, `line ${wrong} is no key: ${expectation}`);
  if (keys.length === 0) throw unusable(source, `it holds no key: ${expectation}`);
  if (keys.length > limits.rootKeys) throw unusable(source, `it holds more than ${limits.rootKeys} keys`);
  return keys.filter(key => key !== null);
}

const expectation =
  'expected 32 random bytes in base64 or as 64 hexadecimal digits (openssl rand -base64 32)';

function keyOf(line: string): Buffer | null {
  if (/^[0-9a-f]{64}$/i.test(line)) return Buffer.from(line, 'hex');
  if (!/^[A-Za-z0-9+/_-]{43}=?$/.test(line)) return null;
  const key = Buffer.from(line, 'base64');
  return key.length === keyBytes ? key : null;
}

export const unusable = (source: string, why: string, cause?: unknown): SecretsError =>
  new SecretsError('secret-key-unusable', `the root key of secrets in ${source} cannot be used: ${why}`, {
    cause,
  });

/** `read` is asked once, and again by `forget`. */
export function plainKeys(source: string, read: () => Promise<Buffer[]>): RootKeys & { forget(): void } {
  let held: Promise<Map<string, Buffer>> | null = null;
  const keys = (): Promise<Map<string, Buffer>> => {
    held ??= read().then(
      all => new Map(all.map(key => [fingerprintOf(key), key])),
      error => {
        // Asked again next time: somebody may have mended it.
        held = null;
        throw error;
      },
    );
    return held;
  };
  const first = async () => {
    const [entry] = await keys();
    if (!entry) throw unusable(source, 'it holds no key');
    return entry;
  };
  return {
    source,
    current: async () => (await first())[0],
    has: async root => (await keys()).has(root),
    async wrap(dataKey, bound) {
      const [root, key] = await first();
      return { root, wrapped: wrapKey(dataKey, key, bound) };
    },
    async unwrap({ root, wrapped }, bound) {
      const key = (await keys()).get(root);
      if (!key) throw unusable(source, `it is not ${root}`);
      return unwrapKey(wrapped, key, bound);
    },
    forget() {
      held = null;
    },
  };
}
