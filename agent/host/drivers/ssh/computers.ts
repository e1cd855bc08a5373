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
import { hostKey, nodePath } from '#shared/ssh-login.ts';
import type { SshTarget } from '../../../ssh/connect.ts';
import { ConfigurationInvalid, messageOf } from '../../errors.ts';

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
  node: nodePath.default('node'),
  /** Nothing but a shell runs there: the agents of its machines run on this host. */
  proxy: z.boolean().default(false),
  /** Of a computer with `proxy`: a shell of POSIX. */
  shell: z
    .string()
    .regex(/^\/[\w./-]+$/, 'expected a path of letters, digits, `.`, `-`, `_` and `/` that begins with `/`')
    .default('/bin/sh'),
  /** Where machines are kept there; relative to the home of the user. */
  directory: z.string().min(1).default('.paddock'),
});

export const computersFile = z.strictObject({ computers: z.array(computer).min(1) });

export type ComputerSettings = SshTarget & {
  images: readonly string[];
  node: string;
  proxy: boolean;
  shell: string;
  directory: string;
};

type Written = z.infer<typeof computersFile>['computers'];

/** `file:line` of what is at a path, or of the nearest thing around it. */
type PlaceOf = (path: readonly PropertyKey[]) => string;

/** Throws `ConfigurationInvalid` with every problem, one a line. */
export async function readComputers(file: string): Promise<ComputerSettings[]> {
  const text = await readFile(file, 'utf8').catch(cause => {
    throw new ConfigurationInvalid(`the computers of the ssh driver cannot be read: ${messageOf(cause)}`);
  });
  const { computers, placeOf } = parseComputers(file, text);
  const problems = await Promise.all(
    computers.map((_, index) => problemsOf(computers, index, file, placeOf)),
  );
  if (problems.flat().length > 0) throw invalid(problems.flat());
  return computers.map(({ 'host-key': known, key, ...rest }) => ({
    ...{ file, ...rest },
    key: keyPath(file, key),
    hostKey: known ?? null,
  }));
}

function parseComputers(file: string, text: string): { computers: Written; placeOf: PlaceOf } {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, version: '1.2', merge: false, prettyErrors: false });
  const at = (offset: number) => `${file}:${lineCounter.linePos(offset).line}`;
  if (document.errors.length > 0)
    throw invalid(document.errors.map(({ message, pos }) => `${at(pos[0])} ${message}`));
  const placeOf: PlaceOf = path => {
    const node = document.getIn(path, true);
    if (isNode(node)) return at(node.range?.[0] ?? 0);
    return path.length === 0 ? at(0) : placeOf(path.slice(0, -1));
  };
  const parsed = computersFile.safeParse(document.toJS({ maxAliasCount: limits.yamlAliases }));
  if (parsed.success) return { ...parsed.data, placeOf };
  throw invalid(
    parsed.error.issues.map(({ path, message }) => `${placeOf(path)} ${path.join('.')}: ${message}`),
  );
}

async function problemsOf(
  computers: Written,
  index: number,
  file: string,
  placeOf: PlaceOf,
): Promise<string[]> {
  const { name = '', key = '' } = computers[index] ?? {};
  const isRepeated = computers.findIndex(other => other.name === name) < index;
  const ofKey = await problemsOfKey(keyPath(file, key));
  return [
    ...(isRepeated ? [`${placeOf(['computers', index, 'name'])} ${name} is there twice`] : []),
    ...ofKey.map(problem => `${placeOf(['computers', index, 'key'])} ${problem}`),
  ];
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
