/** What a token of a person lacks, what does not work because of it, and where that is mended. Pure. */
import type { Finding } from '#shared/diagnosis.ts';
import type { Instant } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { appEvents, appPermissions, type EventName, missingEvents } from '../../github/app-permissions.ts';
import { pages } from '../../github/github-pages.ts';
import type { May, RepositoryHook, SeenRepository, TokenFacts } from '../../github/token-calls.ts';
import { bad, good, warning } from '../doctor/finding.ts';
import { asWarning, judgeHook } from './judge-hook.ts';

const aboutToken = 'token';
const repositories = 'repositories';

export const isFineGrained = ({ scopes }: TokenFacts): boolean => scopes === null;

export function judgeToken(token: TokenFacts, web: string, now: Instant): Finding[] {
  const page = pages.tokens(web, isFineGrained(token));
  const kind = isFineGrained(token) ? 'fine-grained' : 'classic';
  const scopes = token.scopes === null ? '' : ` with ${token.scopes.join(', ') || 'no scopes'}`;
  return [
    good(aboutToken, `${kind}, of ${token.login}${scopes}`),
    ...endOf(token, page, now),
    ...scopeFindings(token, page),
  ];
}

function endOf({ expiresAt }: TokenFacts, page: string, now: Instant): Finding[] {
  if (expiresAt === null || expiresAt - now > limits.githubTokenEndsSoonMs) return [];
  const day = new Date(expiresAt).toISOString().slice(0, 10);
  return [warning(aboutToken, `it ends on ${day}: then no status is shown`, `make a new one: ${page}`)];
}

function scopeFindings({ scopes }: TokenFacts, page: string): Finding[] {
  if (scopes === null || scopes.includes('repo')) return [];
  if (scopes.includes('public_repo'))
    return [
      warning(
        aboutToken,
        'without the scope `repo` private repositories are not seen',
        `tick it if there are some: ${page}`,
      ),
    ];
  if (scopes.includes('repo:status'))
    return [
      warning(
        aboutToken,
        'with `repo:status` alone comments are not answered, private repositories not fetched and nothing merged',
        `tick \`public_repo\`, or \`repo\` for private ones: ${page}`,
      ),
    ];
  return [
    bad(
      aboutToken,
      'it has no scope that lets it write statuses',
      `tick \`public_repo\`, or \`repo\` for private ones: ${page}`,
    ),
  ];
}

export type TriedRepository = {
  fullName: string;
  /** Null: it was not seen. */
  seen: SeenRepository | null;
  statuses: May;
  pulls: May;
  contents: May;
};

export function judgeRepository(tried: TriedRepository, token: TokenFacts, web: string): Finding[] {
  const { fullName, seen } = tried;
  const page = pages.tokens(web, isFineGrained(token));
  if (seen === null)
    return [
      bad(
        repositories,
        `${fullName} does not exist, or the token does not see it: it is not tested`,
        `check the name, and the repositories of the token: ${page}`,
      ),
    ];
  if (!seen.mayPush)
    return [
      bad(
        repositories,
        `${token.login} may not write to ${fullName}: GitHub takes no status of theirs`,
        `let them: ${pages.people(web, fullName)}`,
      ),
    ];
  const lacks = (
    [
      ['statuses', tried.statuses],
      ['pull_requests', tried.pulls],
      ['contents', tried.contents],
    ] as const
  )
    .filter(([, may]) => may === 'no')
    .map(([name]) => {
      const { title, without } = appPermissions[name];
      return bad(
        repositories,
        `${fullName}: the token lacks the permission "${title}": ${without}`,
        `give it that: ${page}`,
      );
    });
  return lacks.length > 0
    ? lacks
    : [good(repositories, `${fullName}: ${seen.isPrivate ? 'private' : 'public'}, statuses may be written`)];
}

/** Those events that a webhook of a repository has; checks are for Apps. */
const ofHooks: EventName[] = missingEvents([]).filter(name => appEvents[name].permission !== 'checks');

/** `hooks` null: the token may not look. `isOurs`: whether an address is this coordinator's. */
export function judgeHooks(
  fullName: string,
  hooks: readonly RepositoryHook[] | null,
  { web, wanted, isLookBack }: { web: string; wanted: string | null; isLookBack: boolean },
): Finding[] {
  const about = 'webhook';
  const page = pages.hooks(web, fullName);
  if (hooks === null)
    return [
      warning(
        about,
        `${fullName}: the token may not look at webhooks`,
        `look yourself: events ${ofHooks.map(titleOf).join(', ')}; ${page}`,
      ),
    ];
  const hook = hooks.find(({ config }) => isOurs(config.url ?? '', wanted));
  if (!hook)
    return [
      warning(
        about,
        `${fullName} has no webhook that leads here: nothing is told`,
        `add one for ${wanted ?? 'URL/hooks/github'}: ${page}`,
      ),
    ];
  if (!hook.active) return [bad(about, `${fullName}: it is switched off`, `tick "Active": ${page}`)];
  const missing = missingEvents(hook.events)
    .filter(name => ofHooks.includes(name))
    .map(name =>
      warning(
        about,
        `${fullName} is not told of "${titleOf(name)}": ${appEvents[name].without}`,
        `tick it: ${page}`,
      ),
    );
  const answer = answerOf(fullName, hook, page);
  return [...judgeHook(hook.config, { wanted, page }), ...missing, isLookBack ? asWarning(answer) : answer];
}

const titleOf = (name: EventName): string => appEvents[name].title;

const isOurs = (url: string, wanted: string | null): boolean =>
  url === wanted || /\/hooks\/github\/?$/.test(url);

function answerOf(fullName: string, { last_response: last }: RepositoryHook, page: string): Finding {
  const about = 'webhook';
  if (last.code === null)
    return warning(about, `${fullName}: nothing was sent yet`, `press "Redeliver" of its ping: ${page}`);
  if (last.code < 300) return good(about, `${fullName}: reached, and the secret is right (${last.code})`);
  const why = last.code === 401 ? 'the secret is wrong' : 'the last delivery did not arrive';
  return bad(about, `${fullName}: ${why} (${last.code})`, `see "Recent Deliveries": ${page}`);
}
