/** Makes the App: the page for the browser, the exchange of the code, and the files in which its secrets stay. */
import type { CreatedApp } from '#shared/github-app.ts';
import { type Conversion, convertManifest, isManifestCode } from '../../github/convert-manifest.ts';
import { ForgeError } from '../../github/errors.ts';
import { apiOf, pages } from '../../github/github-pages.ts';
import { GithubSetUpError } from './errors.ts';
import { blockText, checkBlock, type GithubPart, writeBlock } from './github-block.ts';
import { organizationOf } from './judge-app.ts';
import { keepSecrets, placesIn, prepareFolder } from './keep-secrets.ts';
import { type AppWish, manifestOf } from './manifest.ts';
import { openSetUpPage, type Refusal } from './set-up-page.ts';

export type SetUpWish = AppWish & {
  /** Null: it belongs to the person who makes it. */
  organization: string | null;
  /** `https://github.com`, or an Enterprise server. */
  web: string;
  /** Where the secrets shall lie; absolute. */
  directory: string;
  /** Whether files and configuration that are there may be replaced. */
  mayReplace: boolean;
  /** The configuration into which it is written; null: it is only shown. */
  configFile: string | null;
  /** Of the page; 0: any free one. */
  port: number;
};

export type SetUp = {
  link: string;
  port: number;
  code: Promise<string>;
  readPasted(text: string): string | null;
  close(): Promise<void>;
};

/** The page a browser begins at. Throws `GithubSetUpError` before anything is made on GitHub, `ListenError`. */
export async function openSetUp(wish: SetUpWish, onRefused: (why: Refusal) => void): Promise<SetUp> {
  await prepare(wish);
  return openSetUpPage({
    port: wish.port,
    newAppUrl: pages.newApp(wish.web, wish.organization),
    manifestFor: redirectUrl => manifestOf(wish, redirectUrl),
    onRefused,
  });
}

/** Whatever can be known to go wrong later, because GitHub tells an App's key once. */
async function prepare({ directory, mayReplace, configFile }: SetUpWish): Promise<void> {
  await prepareFolder(directory, mayReplace);
  if (configFile !== null) await checkBlock(configFile, mayReplace);
}

/** Exchanges the code, or the address that has it, and keeps what it gives. Throws `GithubSetUpError`; what was made on GitHub stays. */
export async function finishSetUp(wish: SetUpWish, given: string): Promise<CreatedApp> {
  const code = URL.canParse(given) ? (new URL(given).searchParams.get('code') ?? '') : given;
  if (!isManifestCode(code))
    throw new GithubSetUpError('github', 'that is no code of GitHub; nothing was done');
  await prepare(wish);
  const api = apiOf(wish.web);
  const app = await convertManifest({ baseUrl: api }, code).catch(error => {
    if (error instanceof ForgeError) throw new GithubSetUpError('github', error.message, { cause: error });
    throw error;
  });
  const pageUrl = pages.app(wish.web, organizationOf(app), app.slug);
  try {
    const { pem, webhook_secret: webhookSecret, client_secret: clientSecret } = app;
    await keepSecrets(wish.directory, { pem, webhookSecret, clientSecret }, wish.mayReplace);
  } catch (error) {
    throw lost(error, app, pageUrl);
  }
  const part = partFor(wish, app, api);
  const configuration = blockText(part, wish.url);
  await configure(wish, part).catch(error => {
    throw unconfigured(error, app, configuration);
  });
  return createdFrom(wish, app, { pageUrl, configuration });
}

const configure = async ({ configFile, url, mayReplace }: SetUpWish, part: GithubPart): Promise<void> =>
  configFile === null ? undefined : writeBlock(configFile, part, { url, mayReplace });

function unconfigured(error: unknown, { slug, id }: Conversion, configuration: string): unknown {
  if (!(error instanceof GithubSetUpError)) return error;
  return new GithubSetUpError(
    error.code,
    `${error.message}; the App ${slug} (${id}) is made and its secrets are kept; put this in yourself:\n${configuration}`,
    { cause: error },
  );
}

function partFor({ directory }: SetUpWish, app: Conversion, api: string): GithubPart {
  const places = placesIn(directory);
  return {
    api: api === 'https://api.github.com' ? null : api,
    appId: app.id,
    privateKeyFile: places.privateKey,
    webhookSecretFiles: app.webhook_secret === null ? [] : [places.webhookSecret],
    clientId: app.client_id,
    clientSecretFile: places.clientSecret,
  };
}

function createdFrom(
  { web, directory }: SetUpWish,
  { id, slug, name, owner, webhook_secret: secret }: Conversion,
  more: { pageUrl: string; configuration: string },
): CreatedApp {
  const places = placesIn(directory);
  return {
    id,
    slug,
    name,
    owner: owner?.login ?? '',
    installUrl: pages.install(web, slug),
    privateKeyFile: places.privateKey,
    webhookSecretFile: secret === null ? null : places.webhookSecret,
    clientSecretFile: places.clientSecret,
    ...more,
  };
}

/** GitHub tells a key once; another one can be had on its page. */
function lost(error: unknown, app: Conversion, pageUrl: string): unknown {
  if (!(error instanceof GithubSetUpError)) return error;
  return new GithubSetUpError(
    error.code,
    `${error.message}; the App ${app.slug} (${app.id}) is made, and its key was not kept: make another one at ${pageUrl}, or delete it there and begin again`,
    { cause: error },
  );
}
