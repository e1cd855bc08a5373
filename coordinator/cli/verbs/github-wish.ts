/** What App shall be made: options answer, a terminal is asked for the rest. */
import { cancel, isCancel, select, text } from '@clack/prompts';
import { CliError } from '../errors.ts';
import { githubTexts as texts } from '../github-texts.ts';

/** Of `paddock github setup`. */
export type GithubSetUpOptions = {
  organization?: string;
  ownAccount?: boolean;
  name?: string;
  url?: string;
  webhook: boolean;
  ghe?: string;
  directory?: string;
  config?: string;
  write?: boolean;
  replace?: boolean;
  port: number;
  code?: string;
  browser: boolean;
  wait: boolean;
  json?: boolean;
};

export type AppAnswers = {
  organization: string | null;
  name: string;
  url: string;
  hasWebhook: boolean;
  web: string;
};

/** `knownUrl`: what the configuration says. @throws CliError `usage`, `interrupted` */
export async function askForApp(
  options: GithubSetUpOptions,
  knownUrl: string | null,
  isAsked: boolean,
): Promise<AppAnswers> {
  const web = options.ghe === undefined ? 'https://github.com' : enterprise(options.ghe);
  requireAnswers(options, knownUrl, isAsked);
  const organization = await askOwner(options);
  const name =
    options.name ?? (isAsked ? await word(texts.ask.name, nameFor(organization)) : nameFor(organization));
  if (name.trim() === '' || name.length > 34) throw usage(texts.badName);
  const url = address(
    options.url ?? (isAsked ? await word(texts.ask.url, knownUrl ?? '') : (knownUrl ?? '')),
  );
  if (options.webhook && isLoopback(url) && !isLoopback(web)) throw usage(texts.unreachableUrl(url));
  return { organization, name: name.trim(), url, hasWebhook: options.webhook, web };
}

/** Without a terminal everything has to be said. */
function requireAnswers(
  { organization, ownAccount, url }: GithubSetUpOptions,
  knownUrl: string | null,
  isAsked: boolean,
): void {
  if (organization !== undefined && ownAccount) throw usage(texts.bothOwners);
  if (isAsked) return;
  const missing = [
    ...(organization === undefined && !ownAccount ? ['--organization (or --own-account)'] : []),
    ...(url === undefined && knownUrl === null ? ['--url'] : []),
  ];
  if (missing.length > 0) throw usage(texts.missing(missing));
}

async function askOwner({ organization, ownAccount }: GithubSetUpOptions): Promise<string | null> {
  if (ownAccount) return null;
  const login = organization ?? (await askOrganization());
  if (login !== null && !/^[a-z\d](?:[a-z\d-]{0,38})$/i.test(login))
    throw usage(texts.badOrganization(login));
  return login;
}

async function askOrganization(): Promise<string | null> {
  const kind = await select({
    message: texts.ask.owner,
    options: [
      { value: 'organization', label: texts.ask.organization },
      { value: 'own', label: texts.ask.ownAccount },
    ],
  });
  if (isCancel(kind)) return stop();
  return kind === 'own' ? null : word(texts.ask.login, '');
}

/** Names of Apps are everybody's: `paddock` alone is taken. */
const nameFor = (organization: string | null): string => `paddock-${organization ?? 'ci'}`.slice(0, 34);

async function word(message: string, initialValue: string): Promise<string> {
  const validate = (value: string | undefined) => (value?.trim() ? undefined : texts.ask.something);
  const answer = await text({ message, initialValue, validate });
  return isCancel(answer) ? stop() : answer.trim();
}

function stop(): never {
  cancel(texts.ask.cancelled);
  throw new CliError('interrupted', texts.ask.cancelled, null);
}

const usage = (message: string): CliError => new CliError('usage', message, texts.hints.setup);

/** The server's pages; who gives the address of its API means the same server. */
function enterprise(given: string): string {
  const web = address(given).replace(/\/api\/v3$/, '');
  // The key of the App comes from there.
  if (web.startsWith('http:') && !isLoopback(web)) throw usage(texts.plainEnterprise(web));
  return web;
}

function address(given: string): string {
  const url = URL.canParse(given) ? new URL(given) : null;
  const isPlain =
    url &&
    /^https?:$/.test(url.protocol) &&
    [url.username, url.password, url.search, url.hash].every(part => part === '');
  if (!isPlain) throw usage(texts.badUrl(given));
  return url.href.replace(/(?<!\/)\/+$/, '');
}

const isLoopback = (url: string): boolean =>
  /^(?:localhost|127(?:\.\d+){3}|\[::1\]|0\.0\.0\.0)$/.test(new URL(url).hostname);
