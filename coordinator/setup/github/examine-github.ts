/**
 * What GitHub lets this coordinator do: `paddock github check`, and a part of `paddock doctor`. Looks only, but for a ping
 * that GitHub is asked to send once more.
 */
import type { Diagnosis, Finding } from '#shared/diagnosis.ts';
import { limits } from '#shared/limits.ts';
import { type Config, configuredNames, configuredPatterns, loadConfig } from '../../config/config.ts';
import type { GithubConfig } from '../../config/github.ts';
import { type AppCalls, type AppFacts, openAppCalls } from '../../github/app-calls.ts';
import { ForgeError } from '../../github/errors.ts';
import { createForgeReads } from '../../github/forge-reads.ts';
import { pages, webOf } from '../../github/github-pages.ts';
import { openTokenCalls, type TokenCalls } from '../../github/token-calls.ts';
import { bad, badBecause, warning } from '../doctor/finding.ts';
import { examinePatterns } from './examine-patterns.ts';
import { newestDelivery } from './follow-delivery.ts';
import { judgeApp, judgeInstallations, notInstalled, organizationOf } from './judge-app.ts';
import {
  asWarning,
  judgeDelivery,
  judgeHook,
  needlessHook,
  neverSent,
  noHook,
  polled,
} from './judge-hook.ts';
import { examineSignIn } from './judge-sign-in.ts';
import { judgeHooks, judgeRepository, judgeToken } from './judge-token.ts';

export type GithubQuestion = {
  github: GithubConfig;
  /** Where browsers reach the coordinator. */
  url: string | null;
  /** Full names. */
  repositories: readonly string[];
  /** Such as `acme/*`. */
  patterns: readonly string[];
  /**
   * `repeat`: GitHub is asked to send a ping once more. `look-back`: what was sent last came perhaps while no coordinator
   * ran, so that it keeps none from running. `skip`: the coordinator cannot know the secret yet.
   */
  webhook: 'look' | 'look-back' | 'repeat' | 'skip';
  signal?: AbortSignal | undefined;
};

export const questionFrom = (config: Config, github: GithubConfig): Omit<GithubQuestion, 'webhook'> => ({
  github,
  url: config.url,
  repositories: configuredNames(config),
  patterns: configuredPatterns(config),
});

/** Never throws for what GitHub or the way to it does: that is a finding. */
export async function examineGithub(question: GithubQuestion): Promise<Finding[]> {
  const { api: baseUrl, access } = question.github;
  const findings: Finding[] = [];
  try {
    if (access.type === 'app')
      await examineApp(question, openAppCalls({ baseUrl }, access, question.signal), findings);
    else await examineToken(question, openTokenCalls({ baseUrl }, access.token, question.signal), findings);
  } catch (error) {
    findings.push(failureOf(error, question.signal));
  }
  const left = question.repositories.length - limits.githubCheckRepositories;
  if (left > 0) findings.push(warning('repositories', `${left} more were not looked at`, null));
  return findings;
}

/** GitHub out of reach keeps no coordinator from running; a key that is refused does. */
function failureOf(error: unknown, signal: AbortSignal | undefined): Finding {
  const about = 'GitHub';
  if (error instanceof ForgeError)
    return {
      ...badBecause(about, error),
      ...(error.code === 'unauthorized' ? {} : { state: 'warning' as const }),
    };
  if (signal?.aborted) return warning(about, 'it did not answer in time', 'try again: paddock github check');
  // A token that no header can carry.
  if (error instanceof Error && error.message.startsWith('the GitHub token'))
    return bad(about, error.message, null);
  throw error;
}

async function examineApp(question: GithubQuestion, calls: AppCalls, findings: Finding[]): Promise<void> {
  const { github, repositories } = question;
  const web = webOf(github.api);
  const app = await calls.about().catch(error => {
    throw strangeKey(error);
  });
  findings.push(...judgeApp(app, web, github.webhookSecrets === null));
  findings.push(...judgeInstallations(app, await calls.installations(), web));
  for (const fullName of repositories.slice(0, limits.githubCheckRepositories))
    if (!(await calls.installationOf(fullName))) findings.push(notInstalled(fullName, app, web));
  findings.push(...(await patternFindings(question, pages.install(web, app.slug))));
  if (question.webhook === 'skip') return;
  findings.push(...(await examineSignIn(github, question.url, app, question.signal)));
  findings.push(...(await examineAppHook(question, app, calls)));
}

async function patternFindings(
  { github: { api: baseUrl, access }, patterns, signal }: GithubQuestion,
  installPage: string | null,
): Promise<Finding[]> {
  const credential = access.type === 'app' ? { app: access } : { token: access.token };
  const { lists } = createForgeReads({ baseUrl, ...credential });
  return examinePatterns(lists, patterns, installPage, signal);
}

function strangeKey(error: unknown): unknown {
  if (!(error instanceof ForgeError) || error.code !== 'unauthorized') return error;
  const { code, retry, isForgeWide, status, requestId } = error;
  const message =
    "GitHub does not take the App's proof: `github.app.private-key` is not a key of `github.app.id`, or this computer's clock is minutes off; make a new key on the App's page, or set the clock right";
  return new ForgeError({ code, retry, isForgeWide, status, requestId, message });
}

async function examineAppHook(
  { github, url, webhook, signal }: GithubQuestion,
  app: AppFacts,
  calls: AppCalls,
): Promise<Finding[]> {
  const page = pages.app(webOf(github.api), organizationOf(app), app.slug);
  const hook = await calls.hook();
  const isThere = hook?.url !== undefined && hook.url !== '';
  if (github.webhookSecrets === null) return [isThere ? needlessHook(page) : polled];
  if (!isThere) return [noHook(page)];
  const place = { wanted: hookUrl(url), page };
  const sent = await newestDelivery(calls, { repeat: webhook === 'repeat' ? 'ping' : 'none', signal });
  const arrival = sent ? judgeDelivery(sent.delivery, sent.answer, place) : neverSent(page);
  return [...judgeHook(hook, place), webhook === 'look-back' ? asWarning(arrival) : arrival];
}

/** Where GitHub has to send. */
export const hookUrl = (url: string | null): string | null =>
  url === null ? null : `${url.replace(/(?<!\/)\/+$/, '')}/hooks/github`;

async function examineToken(question: GithubQuestion, calls: TokenCalls, findings: Finding[]): Promise<void> {
  const { github, url, repositories } = question;
  const web = webOf(github.api);
  const place = { web, wanted: hookUrl(url), isLookBack: question.webhook === 'look-back' };
  const token = await calls.about();
  findings.push(...judgeToken(token, web, Date.now()));
  for (const fullName of repositories.slice(0, limits.githubCheckRepositories)) {
    const seen = await calls.repository(fullName);
    // Of a classic token the scopes say it all.
    const isTried = seen !== null && token.scopes === null;
    const statuses = isTried ? await calls.mayWriteStatuses(fullName) : 'unknown';
    const pulls = isTried ? await calls.mayReadPulls(fullName) : 'unknown';
    const contents = isTried ? await calls.mayReadContents(fullName, seen.defaultBranch) : 'unknown';
    findings.push(...judgeRepository({ fullName, seen, statuses, pulls, contents }, token, web));
    if (seen !== null && github.webhookSecrets !== null)
      findings.push(...judgeHooks(fullName, await calls.hooks(fullName), place));
  }
  findings.push(...(await patternFindings(question, null)));
  findings.push(...(await examineSignIn(github, url, null, question.signal)));
  if (github.webhookSecrets === null) findings.push(polled);
}

/** `paddock github check`. Throws `ConfigError`. */
export async function checkGithub(options: {
  configFile: string | null;
  environment: NodeJS.ProcessEnv;
  directory: string;
  mayRepeat: boolean;
}): Promise<Diagnosis> {
  const config = await loadConfig(options.configFile, options.environment, options.directory);
  const { github } = config;
  const findings =
    github === null
      ? [bad('GitHub', 'the configuration does not say how it is reached', 'paddock github setup')]
      : await examineGithub({
          ...questionFrom(config, github),
          webhook: options.mayRepeat ? 'repeat' : 'look',
        });
  return { isFit: findings.every(({ state }) => state !== 'bad'), findings };
}
