/** Secrets over a real store in a directory of its own, with root keys as a configuration names them. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import type { RootKeySource } from '#coordinator/config/secrets.ts';
import type { SecretsLease } from '#coordinator/secrets/give-secrets.ts';
import { openKeyring } from '#coordinator/secrets/open-keyring.ts';
import { createSecrets } from '#coordinator/secrets/secrets.ts';
import { newId } from '#coordinator/store/new-id.ts';
import { listRootsInUse } from '#coordinator/store/secrets.ts';
import { openStore } from '#coordinator/store/store.ts';
import { type SetSecret, setSecret } from '#shared/secrets.ts';

export type Keys = { key?: RootKeySource | null; oldKeys?: RootKeySource[] };

export async function openSecretsLab() {
  const dir = await mkdtemp(path.join(tmpdir(), 'paddock-secrets-'));
  const store = await openStore({ type: 'sqlite', file: path.join(dir, 'paddock.db') });
  onTestFinished(async () => {
    await store.close();
    await rm(dir, { recursive: true, force: true });
  });
  const clock = { now: 1_700_000_000_000 };
  return {
    dir,
    store,
    clock,
    ownKey: path.join(dir, 'keys', 'secrets'),
    /** A coordinator that starts with these keys. */
    open({ key = null, oldKeys = [] }: Keys = {}) {
      const keyring = openKeyring({
        ...{ dataDir: dir, key, oldKeys, surroundings: { PATH: process.env.PATH } },
        isFirst: async () => (await listRootsInUse(store.read)).length === 0,
      });
      const known = async () => ({ repositories: ['acme/rocket'], images: ['debian-12'], labels: [] });
      return createSecrets({ store, keyring, known, now: () => clock.now });
    },
  };
}

export const secret = (facts: Partial<SetSecret> = {}): SetSecret =>
  setSecret.parse({ repository: 'acme/rocket', name: 'TOKEN', value: 'correct horse', ...facts });

export const lease = (facts: Partial<SecretsLease> = {}): SecretsLease => ({
  ...{ repository: 'acme/rocket', isTrusted: true, stage: 'suite', image: 'debian-12' },
  ...{ attempt: newId.attempt(), job: newId.job(), run: newId.run(), host: newId.host() },
  ...facts,
});
