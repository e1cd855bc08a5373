/**
 * The credential with which the mirror fetches from the forge. It goes to the forge's own host and to no other: a clone
 * URL comes from a payload, and a token must not follow it anywhere.
 */
import type { RepositoryId } from '#shared/ids.ts';
import type { Config } from '../config/config.ts';
import { ForgeError } from '../github/errors.ts';
import type { ForgeCredentials } from '../github/forge-credentials.ts';
import { openCredentials } from '../github/open-forge.ts';
import { SourceError } from '../source/errors.ts';
import type { Credential } from '../source/fetch-commits.ts';
import { findRepository } from '../store/repositories.ts';
import type { Store } from '../store/store.ts';

/** What the configuration says of GitHub, as calls and git need it; null without GitHub. */
export function configuredCredentials({ github }: Config): ForgeCredentials | null {
  if (!github) return null;
  const { api: baseUrl, access } = github;
  return openCredentials({ baseUrl, ...(access.type === 'app' ? { app: access } : { token: access.token }) });
}

/** `https://api.github.com` serves github.com; an Enterprise server's API is under its own host. */
const gitHostOf = (api: string): string => {
  const { host } = new URL(api);
  return host === 'api.github.com' ? 'github.com' : host;
};

export function forgeCredential(
  { github }: Pick<Config, 'github'>,
  credentials: ForgeCredentials | null,
  { read }: Pick<Store, 'read'>,
): (id: RepositoryId) => Promise<Credential | null> {
  return async id => {
    const repository = await findRepository(read, id);
    if (!github || !credentials || repository?.forge !== 'github') return null;
    if (!URL.canParse(repository.cloneUrl)) return null;
    const { host, protocol } = new URL(repository.cloneUrl);
    if (host !== gitHostOf(github.api) || protocol !== new URL(github.api).protocol) return null;
    const token = await credentials.tokenFor(repository.fullName).catch(error => {
      throw asSourceError(error, repository.fullName);
    });
    return { header: `Authorization: Basic ${Buffer.from(`x-access-token:${token}`).toString('base64')}` };
  };
}

/** Without a token nothing can be fetched, now; all that waits for the commit tries again. */
function asSourceError(error: unknown, repository: string): unknown {
  if (!(error instanceof ForgeError)) return error;
  const code = error.isForgeWide ? 'host-unreachable' : 'auth-refused';
  return new SourceError(code, error.message, { repository, cause: error });
}
