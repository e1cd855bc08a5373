/** What can go wrong at GitHub, one request at a time. */
import { type ApiAnswer, refused } from '#coordinator/demo/github-stand-in/api-answer.ts';

export type Fault =
  /** GitHub has trouble: 500, 502, 503. */
  | { type: 'broken'; status: 500 | 502 | 503 }
  | { type: 'bad-token' }
  /** The token lacks a permission. */
  | { type: 'forbidden' }
  /** Too many requests: as 403 or as 429, with `retry-after` or without. */
  | { type: 'secondary-limit'; status: 403 | 429; retryAfterSeconds?: number }
  /** The hourly quota is used up until a moment, in milliseconds. */
  | { type: 'quota-used'; until: number }
  | { type: 'unprocessable' }
  /** The answer of a proxy or a login page: 200, and not JSON of GitHub's. */
  | { type: 'foreign-answer' }
  /** The connection is closed before anything is done. */
  | { type: 'reset' }
  /** The request is carried out, and the connection closed instead of answered. */
  | { type: 'lost-answer' }
  /** The answer comes when the promise settles, and not before. */
  | { type: 'slow'; until: Promise<void> };

export class Disconnect extends Error {
  override name = 'Disconnect';
}

const secondaryLimit =
  'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.';

function limited({ status, retryAfterSeconds }: Extract<Fault, { type: 'secondary-limit' }>): ApiAnswer {
  const headers = retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) };
  return { ...refused(status, secondaryLimit), headers };
}

function quotaUsed(until: number): ApiAnswer {
  const headers = {
    'x-ratelimit-limit': '5000',
    'x-ratelimit-remaining': '0',
    'x-ratelimit-reset': String(Math.ceil(until / 1_000)),
  };
  return { ...refused(403, 'API rate limit exceeded for user ID 1.'), headers };
}

/** Answers in place of GitHub, or lets `answer` do it and spoils what comes of it. */
export async function answerWith(fault: Fault, answer: () => ApiAnswer): Promise<ApiAnswer> {
  switch (fault.type) {
    case 'broken':
      return refused(fault.status, 'Server Error');
    case 'bad-token':
      return refused(401, 'Bad credentials');
    case 'forbidden':
      return refused(403, 'Resource not accessible by personal access token');
    case 'secondary-limit':
      return limited(fault);
    case 'quota-used':
      return quotaUsed(fault.until);
    case 'unprocessable':
      return refused(422, 'Validation Failed');
    case 'foreign-answer':
      return { status: 200, body: '<html>Sign in to the network</html>' };
    case 'reset':
      throw new Disconnect('the connection is reset before the request is carried out');
    case 'lost-answer':
      answer();
      throw new Disconnect('the request is carried out, its answer is lost');
    case 'slow':
      await fault.until;
      return answer();
  }
}
