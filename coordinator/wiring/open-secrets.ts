/** The secrets that are kept, with the keys that open them. A coordinator starts without those, and says what it lacks. */
import { labelText } from '#shared/host-traits.ts';
import { limits } from '#shared/limits.ts';
import { startLoop } from '../ground/loop.ts';
import { openKeyring } from '../secrets/open-keyring.ts';
import { createSecrets, type Secrets } from '../secrets/secrets.ts';
import { listHosts } from '../store/hosts.ts';
import { listRepositories } from '../store/repositories.ts';
import { listRootsInUse } from '../store/secrets.ts';
import type { Storage } from './open-storage.ts';
import { type Scene, tidy } from './scene.ts';

export type SecretsWiring = Pick<Scene, 'config' | 'environment' | 'now'> &
  Pick<Storage, 'store' | 'catalog'>;

export function makeSecrets({ config, environment, now, store, catalog }: SecretsWiring): Secrets {
  const { PATH, HOME, LANG } = environment;
  const keyring = openKeyring({
    dataDir: config.dataDir,
    ...config.secrets,
    surroundings: { PATH, HOME, LANG },
    isFirst: async () => (await listRootsInUse(store.read)).length === 0,
  });

  async function known() {
    const repositories = [...config.repositories, ...(await listRepositories(store.read))];
    const hosts = await listHosts(store.read);
    return {
      repositories: repositories.map(one => ('fullName' in one ? one.fullName : one.name)),
      images: (await catalog.images(store.read)).map(({ name }) => name),
      labels: hosts.flatMap(({ traits }) => Object.entries(traits.labels).map(labelText)),
    };
  }

  return createSecrets({ store, keyring, known, now });
}

export function openSecrets(scene: Scene, storage: Storage): Secrets {
  const { logger, closers } = scene;
  const secrets = makeSecrets({ ...scene, ...storage });
  // A key service may take its time, and nobody has to wait for it here.
  const look = startLoop({
    tick: async () => {
      const trouble = await secrets.lookAtKeys();
      if (trouble) logger.error(trouble);
      return limits.secretLogScanMs;
    },
    onError: error =>
      logger.error({ err: error }, 'the keys of secrets could not be looked at; trying again'),
  });
  closers.push(look.close);
  look.wake();
  tidy(scene, 'old entries of the log of secrets', limits.secretLogScanMs, secrets.forgetLog);
  return secrets;
}
