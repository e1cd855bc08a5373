/**
 * What a failed call to GitHub means: whether trying again can help, when, and what a human can do.
 * Sources: https://docs.github.com/rest/using-the-rest-api/troubleshooting-the-rest-api and
 * https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit
 */
import type { Instant } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import type { ForgeErrorCode, ForgeFailure, ForgeRetry } from './errors.ts';

/** An answer of GitHub's (or of whatever stands in its place) that is not a success. */
export type FailedAnswer = {
  status: number;
  /** Lower-case names. */
  headers: Readonly<Record<string, string | number | undefined>>;
  /** GitHub's own words. */
  words: string;
};

type Verdict = { code: ForgeErrorCode; retry: ForgeRetry; isForgeWide: boolean; advice: string };

const header = ({ headers }: FailedAnswer, name: string): string => String(headers[name] ?? '');

function isRateLimited(answer: FailedAnswer): boolean {
  if (answer.status === 429) return true;
  if (answer.status !== 403) return false;
  const isUsedUp = header(answer, 'x-ratelimit-remaining') === '0';
  return isUsedUp || header(answer, 'retry-after') !== '' || /rate limit/i.test(answer.words);
}

/** `retry-after`, else the end of the quota by GitHub's own clock, else a minute, as GitHub asks. */
function pauseOf(answer: FailedAnswer, now: Instant): number {
  const seconds = header(answer, 'retry-after');
  const reset = header(answer, 'x-ratelimit-reset');
  const sentAt = Date.parse(header(answer, 'date')) || now;
  const asked = /^\d+$/.test(seconds)
    ? Number(seconds) * 1_000
    : header(answer, 'x-ratelimit-remaining') === '0' && /^\d+$/.test(reset)
      ? Number(reset) * 1_000 - sentAt
      : limits.forgeRateLimitMs;
  return Math.min(Math.max(asked, 1_000), limits.forgeRateLimitMaxMs);
}

const again = (code: ForgeErrorCode, isForgeWide: boolean, advice: string): Verdict => ({
  code,
  retry: 'backoff',
  isForgeWide,
  advice,
});

function verdictOf(answer: FailedAnswer, now: Instant): Verdict {
  const { status } = answer;
  if (isRateLimited(answer)) {
    const afterMs = pauseOf(answer, now);
    const advice = `GitHub asks for a pause of ${Math.ceil(afterMs / 1_000)} s; if this is frequent, other programs may be using the same token`;
    return { code: 'rate-limited', retry: { afterMs }, isForgeWide: true, advice };
  }
  if (status === 401)
    return again('unauthorized', true, 'the token is wrong, expired or revoked: give Paddock a new one');
  if (status === 403)
    return again(
      'forbidden',
      false,
      'the token lacks a permission: it needs to write commit statuses and read pull requests',
    );
  if (status === 404)
    return again(
      'not-found',
      false,
      'it does not exist, or the token may not see it: check the repository and its access',
    );
  if (status >= 500) return again('unavailable', true, 'see https://www.githubstatus.com if this goes on');
  if (status >= 400)
    return {
      code: 'rejected',
      retry: 'never',
      isForgeWide: false,
      advice: 'GitHub will never accept this call',
    };
  return again(
    'unexpected-answer',
    false,
    'check the API address, and whether a proxy or a renamed repository is in between',
  );
}

const outlook = (retry: ForgeRetry): string =>
  retry === 'never' ? 'it is not tried again' : 'it can be tried again';

/** A status below 400 is an answer of somebody else's. */
const verbOf = (status: number): string =>
  status >= 500 ? 'failed at' : status >= 400 ? 'refused' : 'gave no proper answer to';

/** One line that fits a log: answers may be whole pages. */
const brief = (words: string): string => words.replace(/\s+/g, ' ').trim().slice(0, 300);

/** `what` names the call for people, as in "status paddock/debian-12 of octo/app at 1a2b3c4". */
export function classifyAnswer(what: string, answer: FailedAnswer, now: Instant): ForgeFailure {
  const { code, retry, isForgeWide, advice } = verdictOf(answer, now);
  const words = `${brief(answer.words)} (HTTP ${answer.status})`;
  const message = `GitHub ${verbOf(answer.status)} the ${what}: ${words}; ${outlook(retry)}; ${advice}`;
  const requestId = header(answer, 'x-github-request-id') || null;
  return { code, retry, isForgeWide, message, status: answer.status, requestId };
}

/** There was no answer at all. */
export function classifySilence(what: string, words: string): ForgeFailure {
  const advice = 'check the API address, the network and https://www.githubstatus.com';
  return {
    code: 'unreachable',
    retry: 'backoff',
    isForgeWide: true,
    message: `GitHub could not be reached for the ${what}: ${brief(words)}; it can be tried again; ${advice}`,
    status: null,
    requestId: null,
  };
}
