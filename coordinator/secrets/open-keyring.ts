/** The root keys as the configuration names them. */
import path from 'node:path';
import type { RootKeySource } from '../config/secrets.ts';
import { keyFile, ownKeyFile } from './key-file.ts';
import { keyService } from './key-service.ts';
import { createKeyring, type Keyring } from './keyring.ts';
import { plainKeys, readKeys, unusable } from './plain-keys.ts';
import type { RootKeys } from './root-keys.ts';
import { type KeySurroundings, runKeyCommand } from './run-key-command.ts';

export type KeyringParts = {
  dataDir: string;
  /** Null: the file in the data directory. */
  key: RootKeySource | null;
  oldKeys: readonly RootKeySource[];
  surroundings: KeySurroundings;
  /** No secret hangs on any key yet. */
  isFirst(): Promise<boolean>;
};

export function openKeyring({ dataDir, key, oldKeys, surroundings, isFirst }: KeyringParts): Keyring {
  const holder = (source: RootKeySource) => holderOf(source, surroundings);
  const file = path.join(dataDir, 'keys', 'secrets');
  if (!key) return createKeyring(ownKeyFile(file, isFirst), oldKeys.map(holder));
  // What was set before another key was configured still opens.
  return createKeyring(holder(key), [...oldKeys.map(holder), keyFile(file)]);
}

function holderOf(source: RootKeySource, surroundings: KeySurroundings): RootKeys {
  if ('file' in source) return keyFile(source.file);
  if ('service' in source) return keyService(source.service, surroundings);
  if ('command' in source) {
    const name = `what ${source.command[0]} prints`;
    return plainKeys(name, async () => readKeys(await runKeyCommand(source.command, '', surroundings), name));
  }
  const name = `the environment variable ${source.env}`;
  return plainKeys(name, async () => {
    if (source.value === '') throw unusable(name, 'it is not set');
    return readKeys(source.value, name);
  });
}
