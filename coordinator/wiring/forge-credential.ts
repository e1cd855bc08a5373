/**
 * The credential with which the mirror fetches from the forge. It goes to the forge's own host and to no other: a clone
 * URL comes from a payload, and a token must not follow it anywhere.
 */
import type { RepositoryId } from '#shared/ids.ts';
import type { Config } from '../config.ts';
import type { Credential } from '../source/fetch-commits.ts';
import { findRepository } from '../store/repositories.ts';
import type { Store } from '../store/store.ts';

/** `https://api.github.com` serves github.com; an Enterprise server's API is under its own host. */
const gitHostOf = (api: string): string => {
  const { host } = new URL(api);
  return host === 'api.github.com' ? 'github.com' : host;
};

export function forgeCredential(
  config: Config,
  { read }: Store,
): (id: RepositoryId) => Promise<Credential | null> {
  return async id => {
    const { github } = config;
    const repository = await findRepository(read, id);
    if (!github || repository?.forge !== 'github' || !URL.canParse(repository.cloneUrl)) return null;
    const { host, protocol } = new URL(repository.cloneUrl);
    if (host !== gitHostOf(github.api) || protocol !== new URL(github.api).protocol) return null;
    return {
      header: `Authorization: Basic ${Buffer.from(`x-access-token:${github.token}`).toString('base64')}`,
    };
  };
}
