/** Where the key is that seals all secrets: named, never written. */
import path from 'node:path';
import * as z from 'zod';
import { limits } from '#shared/limits.ts';

const command = z.array(z.string().min(1)).min(1).max(50);

const keySource = z
  .union(
    [
      z.strictObject({ env: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/) }),
      z.strictObject({ file: z.string().min(1) }),
      z.strictObject({ command }),
      z.strictObject({ service: command }),
    ],
    {
      error:
        'expected one of { file: PATH }, { env: NAME }, { command: [PROGRAM, …] }, { service: [PROGRAM, …] }',
    },
  )
  .meta({ title: 'root key' });

export const secretsConfig = z
  .strictObject({
    key: keySource
      .optional()
      .describe(
        'the key that seals secrets; default: `keys/secrets` in the data directory, made when it is needed',
      ),
    'old-keys': z
      .array(keySource)
      .max(limits.rootKeys)
      .default([])
      .describe('keys that secrets still hang on, until `paddock secret rotate-key`'),
  })
  .prefault({})
  .describe('the secrets that `paddock secret` keeps; see docs/secrets.md');

/** `value`: empty where the variable is not set, which is said when a secret is wanted, not at start. */
export type RootKeySource =
  | { env: string; value: string }
  | { file: string }
  | { command: string[] }
  | { service: string[] };

export type SecretsConfig = { key: RootKeySource | null; oldKeys: RootKeySource[] };

export function resolveSecrets(
  { key, 'old-keys': oldKeys }: z.output<typeof secretsConfig>,
  env: NodeJS.ProcessEnv,
  directory: string,
): SecretsConfig {
  const resolve = (source: z.output<typeof keySource>): RootKeySource => {
    if ('env' in source) return { env: source.env, value: env[source.env] ?? '' };
    return 'file' in source ? { file: path.resolve(directory, source.file) } : source;
  };
  return { key: key ? resolve(key) : null, oldKeys: oldKeys.map(resolve) };
}

/** For the start-up lines. */
export const maskSecrets = ({ key, oldKeys }: SecretsConfig): Record<string, unknown> => ({
  key: key ? maskSource(key) : '(in the data directory)',
  oldKeys: oldKeys.map(maskSource),
});

const maskSource = (source: RootKeySource): object => ('env' in source ? { env: source.env } : source);
