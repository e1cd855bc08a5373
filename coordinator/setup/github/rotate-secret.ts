/**
 * Another secret for the webhook, in two calls with a restart of the coordinator between them: first it knows both, then
 * GitHub is told of the new one, and what is on its way with the old one is still taken. Nothing is lost in between.
 */
import { randomBytes } from 'node:crypto';
import { readFile, realpath } from 'node:fs/promises';
import path from 'node:path';
import type { SecretRotation } from '#shared/github-app.ts';
import { configFile, loadConfig } from '../../config.ts';
import type { GithubAccess, GithubConfig } from '../../config-github.ts';
import type { SecretSource } from '../../config-secret.ts';
import { type AppCalls, openAppCalls } from '../../github/app-calls.ts';
import { ForgeError } from '../../github/errors.ts';
import { pages, webOf } from '../../github/github-pages.ts';
import { readYaml } from '../../yaml.ts';
import { GithubSetUpError } from './errors.ts';
import { newestDelivery } from './follow-delivery.ts';
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
  const file = path.join(path.dirname(old), `webhook-secret-${new Date().toISOString().slice(0, 10)}`);
  await keepOne(file, randomBytes(32).toString('hex'));
  return written(config, [first, { file }], options, { step: 'second-made', file });
}

async function written(
  config: string,
  sources: readonly SecretSource[],
  { mayWrite }: RotationOptions,
  done: Pick<SecretRotation, 'step' | 'file'>,
): Promise<SecretRotation> {
  if (mayWrite) await writeSecretSources(config, sources);
  return { ...done, configuration: sourcesText(sources), isWritten: mayWrite };
}

/** From now on GitHub signs with the second one; if the coordinator does not take that, with the first one again. */
async function tellGithub(github: GithubConfig, signal: AbortSignal | undefined): Promise<void> {
  const { api, access, webhookSecrets } = github;
  const [first = '', second = ''] = webhookSecrets ?? [];
  const calls = openAppCalls({ baseUrl: api }, requireApp(access), signal);
  try {
    const { slug, owner } = await calls.about();
    const page = pages.app(webOf(api), organizationOf({ owner }), slug);
    await calls.setHookSecret(second);
    const refusal = await refusalOf(calls, page, signal);
    if (refusal === null) return;
    await calls.setHookSecret(first);
    throw new GithubSetUpError(
      'github',
      `with the second secret ${refusal}; GitHub has the first one again; restart the coordinator, so that it knows both, and try again`,
    );
  } catch (error) {
    if (error instanceof ForgeError) throw new GithubSetUpError('github', error.message, { cause: error });
    throw error;
  }
}

/** Null: it was taken, or nothing was ever sent that could be sent again. */
async function refusalOf(
  calls: AppCalls,
  page: string,
  signal: AbortSignal | undefined,
): Promise<string | null> {
  const sent = await newestDelivery(calls, { mayRepeat: true, signal });
  if (!sent) return null;
  if (!sent.isNew) return 'nothing came of a ping that GitHub was asked to send';
  const finding = judgeDelivery(sent.delivery, sent.answer, { wanted: null, page });
  return finding.state === 'good' ? null : finding.text;
}

function requireApp(access: GithubAccess): Extract<GithubAccess, { type: 'app' }> {
  if (access.type === 'app') return access;
  throw new GithubSetUpError(
    'configuration',
    'the webhook belongs to a repository, and not to an App: give it the second secret on its page, under Settings, Webhooks, then take the first one out of `webhook-secrets`',
  );
}
