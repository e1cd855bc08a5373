/**
 * The file that names the computers of the ssh driver (docs/ssh-driver.md): read once, at the start, and every mistake in it
 * is told at once, with its line.
 */
import { readFile, stat } from 'node:fs/promises';
import { dirname, isAbsolute, resolve } from 'node:path';
import { isNode, LineCounter, parseDocument } from 'yaml';
import * as z from 'zod';
import { slug } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { ConfigurationInvalid, messageOf } from '../../errors.ts';

const hostKey = z
  .string()
  .regex(
    /^(?:ssh|ecdsa|sk)-[\w.@-]+ [A-Za-z0-9+/]+=*(?: .*)?$/,
    'expected a public key in one line, such as `ssh-ed25519 AAAA…`',
  )
  .transform(line => line.split(' ').slice(0, 2).join(' '));

const computer = z.strictObject({
  name: slug,
  host: z.string().min(1),
  port: z.number().int().min(1).max(65_535).default(22),
  user: z.string().min(1),
  /** Path of the private key with which the host logs in. */
  key: z.string().min(1),
  /** The computer's own public key. Without it nobody connects: the error then says which key was shown. */
  'host-key': hostKey.optional(),
  /** Names of the images that this computer is. */
  images: z.array(slug).min(1),
  /** Where Node is when it is not on the PATH of a login without a terminal. */
  node: z
    .string()
    .regex(/^[\w./-]+$/, 'expected a path of letters, digits, `.`, `-`, `_` and `/`')
    .default('node'),
  /** Where machines are kept there; relative to the home of the user. */
  directory: z.string().min(1).default('.paddock'),
});

export const computersFile = z.strictObject({ computers: z.array(computer).min(1) });

export type ComputerSettings = {
  /** For errors that say where something has to be written. */
  file: string;
  name: string;
  host: string;
  port: number;
  user: string;
  key: string;
  hostKey: string | null;
  images: readonly string[];
  node: string;
  directory: string;
};

/** Throws `ConfigurationInvalid` with every problem, one a line. */
export async function readComputers(file: string): Promise<ComputerSettings[]> {
  const text = await readFile(file, 'utf8').catch(cause => {
    throw new ConfigurationInvalid(`the computers of the ssh driver cannot be read: ${messageOf(cause)}`);
  });
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    version: '1.2',
    merge: false,
    prettyErrors: false,
  });
  const at = (offset: number) => `${file}:${lines.linePos(offset).line}`;
  if (document.errors.length > 0)
    throw invalid(document.errors.map(({ message, pos }) => `${at(pos[0])} ${message}`));
  const parsed = computersFile.safeParse(document.toJS({ maxAliasCount: limits.yamlAliases }));
  const placeOf = (path: readonly PropertyKey[]): string => {
    for (let length = path.length; length > 0; length--) {
      const node = document.getIn(path.slice(0, length), true);
      if (isNode(node)) return at(node.range?.[0] ?? 0);
    }
    return `${file}:1`;
  };
  if (!parsed.success)
    throw invalid(
      parsed.error.issues.map(({ path, message }) => `${placeOf(path)} ${path.join('.')}: ${message}`),
    );
  const { computers } = parsed.data;
  const problems = await Promise.all(
    computers.map(async ({ name, key }, index) => [
      ...(computers.findIndex(other => other.name === name) < index
        ? [`${placeOf(['computers', index, 'name'])} ${name} is there twice`]
        : []),
      ...(await problemsOfKey(keyPath(file, key))).map(
        problem => `${placeOf(['computers', index, 'key'])} ${problem}`,
      ),
    ]),
  );
  if (problems.flat().length > 0) throw invalid(problems.flat());
  return computers.map(({ 'host-key': known, key, ...rest }) => ({
    ...{ file, ...rest },
    key: keyPath(file, key),
    hostKey: known ?? null,
  }));
}

const keyPath = (file: string, key: string): string => (isAbsolute(key) ? key : resolve(dirname(file), key));

async function problemsOfKey(path: string): Promise<string[]> {
  try {
    const { mode } = await stat(path);
    return mode & 0o077 ? [`the key ${path} may be read by others; chmod 600 it`] : [];
  } catch (error) {
    return [`the key ${path} cannot be read (${(error as NodeJS.ErrnoException).code})`];
  }
}

const invalid = (problems: readonly string[]): ConfigurationInvalid =>
  new ConfigurationInvalid(
    `the computers of the ssh driver are wrong:\n${problems.map(problem => `  ${problem}`).join('\n')}`,
  );
