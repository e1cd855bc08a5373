/** Files that hold a root key or a secret of the configuration, and who may read them: nobody but their owner. */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { CredentialKindName, CredentialView } from '#shared/credentials.ts';
import { adminTokenFile } from '../access/admin-token.ts';
import type { Config } from '../config/config.ts';
import type { SecretOrigin } from '../config/secret.ts';
import { modeOf, tlsFiles } from '../tls/folder.ts';

export type KeyFile = {
  kind: CredentialKindName;
  name: string;
  file: NonNullable<CredentialView['file']>;
};
type Place = { kind: CredentialKindName; name: string; path: string };

/** What of the configuration a name such as `github.token` is. */
export function kindOfOrigin({ where }: SecretOrigin): CredentialKindName {
  if (where.startsWith('github.webhook-secrets')) return 'webhook-secret';
  if (where.startsWith('github.app')) return 'github-key';
  if (where.startsWith('github.token')) return 'github-token';
  if (where.startsWith('github.sign-in')) return 'sign-in-secret';
  if (where.startsWith('tracing')) return 'trace-header';
  return where.startsWith('database') ? 'database-login' : 'job-secret';
}

async function placesOf(config: Config): Promise<Place[]> {
  const { dataDir, secrets } = config;
  const keys = path.join(dataDir, 'keys');
  const names = await readdir(keys).catch(() => []);
  const tls = tlsFiles(dataDir);
  return [
    { kind: 'admin-token', name: 'admin-token', path: adminTokenFile(dataDir) },
    ...names
      .filter(name => !name.includes('.'))
      .sort()
      .map((name): Place => {
        const kind = name === 'secrets' ? 'secrets-key' : 'signing-key';
        return { kind, name: `keys/${name}`, path: path.join(keys, name) };
      }),
    ...[secrets.key, ...secrets.oldKeys].flatMap((source): Place[] =>
      source && 'file' in source ? [{ kind: 'secrets-key', name: source.file, path: source.file }] : [],
    ),
    { kind: 'nats-key', name: 'nats/keys.json', path: path.join(dataDir, 'nats', 'keys.json') },
    { kind: 'tls-authority', name: 'tls/ca.key', path: tls.authorityKey },
    { kind: 'tls-certificate', name: 'tls/server.pem', path: tls.own },
    { kind: 'tls-certificate', name: 'tls/given.pem', path: tls.given },
    ...config.secretOrigins.flatMap((origin): Place[] =>
      'file' in origin ? [{ kind: kindOfOrigin(origin), name: origin.where, path: origin.file }] : [],
    ),
  ];
}

/** Those that are there. A mode that lets anybody but the owner read, write or enter is too open. */
export async function readKeyFiles(config: Config): Promise<KeyFile[]> {
  const places = await placesOf(config);
  const modes = await Promise.all(places.map(place => modeOf(place.path)));
  return places.flatMap(({ kind, name, path: file }, n) => {
    const mode = modes[n] ?? null;
    return mode === null ? [] : [{ kind, name, file: { path: file, mode, isTooOpen: isTooOpen(mode) } }];
  });
}

export const isTooOpen = (mode: string): boolean => !mode.endsWith('00');

/** Folders in which they lie, and the data directory around them. */
export async function readKeyFolders({ dataDir }: Pick<Config, 'dataDir'>): Promise<KeyFile['file'][]> {
  const folders = [dataDir, ...['keys', 'nats', 'tls'].map(name => path.join(dataDir, name))];
  const modes = await Promise.all(folders.map(modeOf));
  return folders.flatMap((folder, n) => {
    const mode = modes[n] ?? null;
    return mode === null ? [] : [{ path: folder, mode, isTooOpen: isTooOpen(mode) }];
  });
}
