import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';

/** A secret is named, never written: a variable of the environment or a file that only its owner reads. */
export const secretSource = z
  .union(
    [
      z.strictObject({ env: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/) }),
      z.strictObject({ file: z.string().min(1) }),
    ],
    { error: 'a secret does not stand here; name its place: { env: NAME } or { file: PATH }' },
  )
  .meta({ title: 'secret' });
export type SecretSource = z.infer<typeof secretSource>;

/** Notes a problem, and gives nothing, where the secret is not there. */
export type ReadSecret = (where: string, source: SecretSource) => Promise<string>;

/** Where a secret of the configuration was read. */
export type SecretOrigin = { where: string } & ({ env: string } | { file: string });

/** `read`: where each that is asked for comes from. */
export function secretReader(
  env: NodeJS.ProcessEnv,
  directory: string,
  problems: string[],
  read: SecretOrigin[] = [],
): ReadSecret {
  return async (where, source) => {
    read.push({
      where,
      ...('env' in source ? { env: source.env } : { file: path.resolve(directory, source.file) }),
    });
    const value =
      'env' in source
        ? env[source.env]
        : await readFile(path.resolve(directory, source.file), 'utf8').catch(() => undefined);
    if (value?.trim()) return value.trim();
    problems.push(
      'env' in source
        ? `${where}: the environment variable ${source.env} is not set`
        : `${where}: the file ${source.file} is empty or cannot be read`,
    );
    return '';
  };
}
