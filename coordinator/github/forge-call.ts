/**
 * One call to GitHub through octokit, with a deadline, and with failures told apart. It is made once: whether and when
 * to repeat it is decided by whoever keeps it durably (the outbox, the delivery), so octokit's plugins for retry and
 * throttling are left out. Connections are kept alive by Node's `fetch`.
 */
import { Octokit } from '@octokit/core';
import * as z from 'zod';
import type { Instant } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { startDeadline } from '../ground/deadline.ts';
import { classifyAnswer, classifySilence } from './classify-failure.ts';
import { ForgeError } from './errors.ts';

export type ForgePlace = {
  /** `https://api.github.com`, or `https://<host>/api/v3` of an enterprise server. */
  baseUrl: string;
  /** How Paddock names itself, for GitHub's logs. */
  userAgent?: string;
  /** Deadline of one call, in milliseconds. */
  timeoutMs?: number;
  now?: () => Instant;
};

export type ForgeAnswer = {
  status: number;
  data: unknown;
  headers: Record<string, string | number | undefined>;
};

export type ForgeRequest = {
  /** `what` names the call in errors, as in "status paddock of octo/app at 1a2b3c4". */
  what: string;
  signal: AbortSignal | undefined;
  make: (octokit: Octokit, request: { signal: AbortSignal }) => Promise<ForgeAnswer>;
};

export type ForgeCalls = {
  /**
   * Null: the call of nobody. Throws `ForgeError` for whatever is not a success, or the signal's reason when the caller
   * gave up.
   */
  call: (request: ForgeRequest, token: string | null) => Promise<ForgeAnswer>;
  /** The error for an answer that is a success in form only. */
  unexpected: (what: string, answer: ForgeAnswer, words: string) => ForgeError;
};

const failedAnswer = z.object({
  status: z.number(),
  message: z.string(),
  response: z.object({ headers: z.record(z.string(), z.union([z.string(), z.number()]).optional()) }),
});

/** octokit wraps what `fetch` throws; the innermost error is the one that says something. */
function innermost(error: unknown): Error {
  let inner = error instanceof Error ? error : new Error(String(error));
  while (inner.cause instanceof Error) inner = inner.cause;
  return inner;
}

/** Node's message is empty when every address of a name was refused; the code is not. */
function wordsOf(error: Error): string {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  return error.message.includes(code) ? error.message : `${error.message} (${code})`.trim();
}

/** Only text is taken over from octokit's error: it holds the whole request. */
function toForgeError(what: string, error: unknown, token: string | null, now: Instant): ForgeError {
  const hide = (text: string): string => (token === null ? text : text.replaceAll(token, '***'));
  const answer = failedAnswer.safeParse(error);
  if (answer.success) {
    const { status, message, response } = answer.data;
    const words = hide(message);
    return new ForgeError(classifyAnswer(what, { status, words, headers: response.headers }, now));
  }
  const inner = innermost(error);
  return new ForgeError(classifySilence(what, hide(wordsOf(inner))), { cause: inner });
}

/** A token that no header can carry would come back in the error of the library that refuses it. */
export function checkToken(token: string): void {
  if (!/^[\x21-\x7e]+$/.test(token))
    throw new Error(
      'the GitHub token is empty, or has a space, a line break or a letter that no token has: check where it is configured',
    );
}

function createOctokit({ baseUrl, userAgent = 'paddock' }: ForgePlace, token: string | null): Octokit {
  if (token !== null) checkToken(token);
  const quiet = () => {}; // its warnings would go to the console, with URLs
  return new Octokit({
    ...(token === null ? {} : { auth: token }),
    baseUrl: baseUrl.replace(/(?<!\/)\/+$/, ''),
    userAgent,
    log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
  });
}

/** Makes no call yet. */
export function createCalls(place: ForgePlace): ForgeCalls {
  const { timeoutMs = limits.forgeCallMs, now = Date.now } = place;
  /** Most calls follow another with the same token. */
  let last: { token: string | null; octokit: Octokit } | null = null;
  return {
    async call({ what, signal, make }, token) {
      signal?.throwIfAborted();
      if (last?.token !== token) last = { token, octokit: createOctokit(place, token) };
      const { octokit } = last;
      using deadline = startDeadline(timeoutMs);
      try {
        return await make(octokit, {
          signal: signal ? AbortSignal.any([signal, deadline.signal]) : deadline.signal,
        });
      } catch (error) {
        signal?.throwIfAborted();
        throw toForgeError(what, error, token, now());
      }
    },
    unexpected: (what, { status, headers }, words) =>
      new ForgeError(classifyAnswer(what, { status, headers, words }, now())),
  };
}
