/**
 * Another secret for the webhook, in two calls with a restart of the coordinator between them: first it knows both, then
 * GitHub is told of the new one, and what is on its way with the old one is still taken. Nothing is lost in between.
 */
import { randomBytes } from 'node:crypto';
import { readFile, realpath } from 'node:fs/promises';
import path from 'node:path';
import type { SecretRotation } from '#shared/github-app.ts';
import { configFile, loadConfig } from '../../config/config.ts';
import type { GithubAccess, GithubConfig } from '../../config/github.ts';
import type { SecretSource } from '../../config/secret.ts';
import { type AppCalls, openAppCalls } from '../../github/app-calls.ts';
import { ForgeError } from '../../github/errors.ts';
import { pages, webOf } from '../../github/github-pages.ts';
import { readYaml } from '../../yaml/yaml.ts';
import { GithubSetUpError } from './errors.ts';
import { newestDelivery, repeatable } from './follow-delivery.ts';
import { sourcesText, writeSecretSources } from './github-block.ts';
import { organizationOf } from './judge-app.ts';
import { judgeDelivery } from './judge-hook.ts';
import { keepOne } from './keep-secrets.ts';

export type RotationOptions = {
  configFile: string | null;
  environment: NodeJS.ProcessEnv;
  directory: string;
  /** Whether the configuration is changed, or only shown as it has to be. */
  mayWrite: boolean;
  signal?: AbortSignal | undefined;
};

/** One step: which one is told by how many secrets are configured. Throws `GithubSetUpError`, `ConfigError`. */
export async function rotateSecret(options: RotationOptions): Promise<SecretRotation> {
  const { file, github } = await loadConfig(options.configFile, options.environment, options.directory);
  if (file === null || github === null || github.webhookSecrets === null)
    throw new GithubSetUpError(
      'configuration',
      'no `github.webhook-secrets` are configured, so there is none to change',
    );
  const sources = await sourcesIn(file);
  const [first, second] = sources;
  if (first && !second) return makeSecond(file, first, options);
  if (!second) throw new GithubSetUpError('configuration', `${file} names no secret`);
  await tellGithub(github, options.signal);
  return written(file, [second], options, { step: 'told', file: fileOf(second) });
}

async function sourcesIn(file: string): Promise<readonly SecretSource[]> {
  const read = readYaml(configFile, await readFile(file, 'utf8'), path.basename(file));
  // The configuration was read a moment ago.
  return 'ok' in read ? (read.ok.github?.['webhook-secrets'] ?? []) : [];
}

const fileOf = (source: SecretSource): string | null => ('file' in source ? source.file : null);

/** Beside the first one, or beside the configuration. */
async function makeSecond(
  config: string,
  first: SecretSource,
  options: RotationOptions,
): Promise<SecretRotation> {
  const base = path.dirname(await realpath(config));
  const old = path.resolve(base, fileOf(first) ?? 'webhook-secret');
  const today = path.join(path.dirname(old), `webhook-secret-${new Date().toISOString().slice(0, 10)}`);
  const file = today === old ? `${today}-2` : today;
  const sources = [first, { file }];
  await keepOne(file, randomBytes(32).toString('hex')).catch(error => {
    throw isThere(error) ? madeBefore(config, file, sources) : error;
  });
  return written(config, sources, options, { step: 'second-made', file });
}

const isThere = (error: unknown): boolean => error instanceof GithubSetUpError && error.code === 'exists';

const madeBefore = (config: string, file: string, sources: readonly SecretSource[]): GithubSetUpError =>
  new GithubSetUpError(
    'exists',
    `${file} is there already; it was left as it is. If an earlier call made it: put ${sourcesText(sources)} into ${config} and restart the coordinator. If nothing uses it, remove it and repeat`,
  );

async function written(
  config: string,
  sources: readonly SecretSource[],
  { mayWrite }: RotationOptions,
  done: Pick<SecretRotation, 'step' | 'file'>,
): Promise<SecretRotation> {
  if (mayWrite) await writeSecretSources(config, sources);
  return { ...done, configuration: sourcesText(sources), isWritten: mayWrite };
}

/** From now on GitHub signs with the second one; if that is not proven, with the first one as before. */
async function tellGithub(github: GithubConfig, signal: AbortSignal | undefined): Promise<void> {
  const { api, access } = github;
  const app = requireApp(access);
  const calls = openAppCalls({ baseUrl: api }, app, signal);
  try {
    const { slug, owner } = await calls.about();
    if (!repeatable(await calls.deliveries(), 'any')) throw unproven();
    await change(github, app, {
      calls,
      page: pages.app(webOf(api), organizationOf({ owner }), slug),
      signal,
    });
  } catch (error) {
    if (error instanceof ForgeError) throw new GithubSetUpError('github', error.message, { cause: error });
    throw error;
  }
}

const unproven = (): GithubSetUpError =>
  new GithubSetUpError(
    'github',
    'nothing could be sent again that would prove it: push something, then repeat; GitHub has the first secret as before',
  );

type Way = { calls: AppCalls; page: string; signal: AbortSignal | undefined };

async function change(
  { api, webhookSecrets }: GithubConfig,
  app: AppAccess,
  { calls, page, signal }: Way,
): Promise<void> {
  const [first = '', second = ''] = webhookSecrets ?? [];
  let why: unknown;
  try {
    await calls.setHookSecret(second);
    const refusal = await refusalOf(calls, page, signal);
    if (refusal === null) return;
    why = `with the second secret ${refusal}`;
  } catch (error) {
    // Also when it was the change that failed: GitHub may have made it and not said so.
    why = error;
  }
  const said = why instanceof Error ? why.message : String(why);
  // Without the signal: it may be what ended the other calls.
  await openAppCalls({ baseUrl: api }, app)
    .setHookSecret(first)
    .catch(error => {
      throw notPutBack(said, error);
    });
  if (why instanceof Error && !(why instanceof ForgeError)) throw why;
  throw new GithubSetUpError(
    'github',
    `${said}; GitHub has the first one again; restart the coordinator, so that it knows both, and try again`,
    { cause: why },
  );
}

function notPutBack(said: string, error: unknown): unknown {
  if (!(error instanceof ForgeError)) return error;
  return new GithubSetUpError(
    'github',
    `${said}; and the first secret could not be put back (${error.message}), so that GitHub may sign with the second: restart the coordinator, which takes both then, and try again`,
    { cause: error },
  );
}

/** Null: something was sent just now, and it was taken. What was sent earlier proves nothing. */
async function refusalOf(
  calls: AppCalls,
  page: string,
  signal: AbortSignal | undefined,
): Promise<string | null> {
  const sent = await newestDelivery(calls, { repeat: 'any', signal });
  if (!sent?.isNew) return 'nothing came of what GitHub was asked to send again';
  const finding = judgeDelivery(sent.delivery, sent.answer, { wanted: null, page });
  return finding.state === 'good' ? null : finding.text;
}

type AppAccess = Extract<GithubAccess, { type: 'app' }>;

function requireApp(access: GithubAccess): AppAccess {
  if (access.type === 'app') return access;
  throw new GithubSetUpError(
    'configuration',
    'the webhook belongs to a repository, and not to an App: give it the second secret on its page, under Settings, Webhooks, then take the first one out of `webhook-secrets`',
  );
}
