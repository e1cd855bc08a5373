/** Root keys in a file that only its owner reads. The one in the data directory is made, and changed, by us. */
import { randomBytes } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { createPrivateFile, makePrivateFolder, replacePrivateFile } from '../bus/private-file.ts';
import { keyBytes } from './envelope.ts';
import { plainKeys, readKeys, unusable } from './plain-keys.ts';
import type { RootKeys } from './root-keys.ts';

/** A file that somebody else keeps. */
export const keyFile = (file: string) => plainKeys(file, () => readKeyFile(file));

/**
 * The file in the data directory. It is made at first need, and only while no secret hangs on another key: one that was
 * lost must not be replaced in silence. A second line in it is a rotation that is not through.
 */
export function ownKeyFile(file: string, mayMake: () => Promise<boolean>): RootKeys {
  const plain = plainKeys(file, async () => {
    if (!(await isThere(file)) && (await mayMake())) await makeKeyFile(file);
    return readKeyFile(file);
  });

  async function rewrite(change: (keys: Buffer[]) => Buffer[]): Promise<void> {
    const keys = await readKeyFile(file);
    await replacePrivateFile(file, textOf(change(keys)));
    plain.forget();
  }

  return {
    ...plain,
    isRotating: async () => (await isThere(file)) && (await readKeyFile(file)).length > 1,
    async makeNext() {
      await plain.current();
      const keys = await readKeyFile(file);
      if (keys.length === 1) await rewrite(([key]) => (key ? [randomBytes(keyBytes), key] : []));
    },
    retireOld: () => rewrite(keys => keys.slice(0, 1)),
  };
}

const textOf = (keys: readonly Buffer[]): string =>
  keys.map(key => `${key.toString('base64url')}\n`).join('');

async function makeKeyFile(file: string): Promise<void> {
  await makePrivateFolder(path.dirname(file));
  await createPrivateFile(file, textOf([randomBytes(keyBytes)]));
}

const isThere = (file: string): Promise<boolean> =>
  stat(file).then(
    () => true,
    error => {
      if (error.code === 'ENOENT') return false;
      throw unusable(file, String(error.code ?? error), error);
    },
  );

async function readKeyFile(file: string): Promise<Buffer[]> {
  try {
    const { mode } = await stat(file);
    if ((mode & 0o077) !== 0) throw unusable(file, `others may read it: chmod 600 ${file}`);
    return readKeys(await readFile(file, 'utf8'), file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw unusable(file, 'there is no such file', error);
    if (code === 'EACCES' || code === 'EISDIR' || code === 'EPERM') throw unusable(file, code, error);
    throw error;
  }
}
