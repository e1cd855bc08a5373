/** Error → status, in one table. Everything that is not in it is a bug: 500, logged, and nothing of it shown. */
import { STATUS_CODES } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Problem } from '#shared/api.ts';
import type { TokenId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { AccessRefused } from '../access/errors.ts';
import { problemPage } from './pages/problem-page.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** What was answered in place of what was asked for. */
    problem: Problem | null;
    /** A token that was shown and does not count, where it is one of ours. */
    refusedToken: TokenId | null;
  }
}

/** A request that cannot be served, said in a sentence, with the next thing to try. */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem';
  readonly status: number;
  readonly hint: string | undefined;
  readonly code: string | undefined;

  /** `code`: for programs; default: that of the status. */
  constructor(status: number, message: string, hint?: string, code?: string) {
    super(message);
    this.status = status;
    this.hint = hint;
    this.code = code;
  }
}

const titles: Record<number, string> = { 401: 'Not signed in', 403: 'Not allowed', 503: 'Not now' };

/** What programs tell failures apart by, where nothing more exact is known. These words do not change. */
const codes: Record<number, string> = {
  400: 'not-understood',
  401: 'not-signed-in',
  403: 'not-allowed',
  404: 'not-found',
  408: 'too-slow',
  409: 'not-now',
  410: 'gone',
  413: 'too-large',
  415: 'wrong-type',
  422: 'wrong-content',
  429: 'too-many-requests',
  431: 'too-large',
  500: 'failed',
  503: 'unavailable',
  507: 'no-space',
};

type Answer = { status: number; hint?: string };

const tokenHint = 'an administrator makes one with: paddock token create';

const byCode: Record<string, Answer> = {
  // Tokens that do not count.
  'wrong-token': { status: 401, hint: tokenHint },
  'expired-token': { status: 401, hint: tokenHint },
  'revoked-token': { status: 401, hint: tokenHint },
  'not-by-token': { status: 403, hint: 'sign in, or use the CLI on the coordinator' },
  'not-by-link': { status: 403, hint: 'paddock token create NAME --program' },
  'beyond-maker': { status: 403, hint: 'ask for less, or have an administrator make it' },
  'too-many-tokens': { status: 409, hint: 'paddock token list --all' },
  // Somebody who signs in with GitHub.
  'not-begun-here': { status: 403, hint: 'begin again, and finish within ten minutes: /sign-in' },
  'not-by-forge': { status: 403, hint: 'begin again: /sign-in' },
  'forge-unavailable': { status: 503, hint: 'begin again in a while: /sign-in' },
  'too-many-sign-ins': { status: 503, hint: 'load this page again in a moment' },
  'too-many-grants': { status: 409, hint: 'paddock people list' },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: { status: 415, hint: 'send application/json' },
  'too-many-viewers': { status: 503 },
  'too-many-searches': { status: 503 },
  // What retention has removed, or another coordinator keeps.
  'unknown-log': { status: 404 },
  missing: { status: 410, hint: 'run the job again to have it again' },
  'secret-refused': { status: 422, hint: 'docs/secrets.md' },
  'unknown-secret': { status: 404, hint: 'paddock secret list' },
  // What an administrator has to know; nobody else gets that far.
  'secret-key-missing': { status: 409, hint: 'paddock secret list' },
  'secret-key-unusable': { status: 409, hint: 'paddock secret list' },
  'secret-key-unavailable': { status: 503 },
  'secret-damaged': { status: 409, hint: 'set it again: paddock secret set' },
  // Enrolments that will not succeed by being repeated.
  'unknown-token': { status: 401 },
  expired: { status: 403 },
  bound: { status: 403 },
  'machine-over': { status: 410 },
  'host-removed': { status: 403 },
  // The host is out all the same: what is left of it is refused when it speaks, and tried again then.
  'revocations-full': { status: 503 },
  'not-the-brain': { status: 503, hint: 'ask again; another coordinator has taken over' },
  'stale-row': { status: 503, hint: 'ask again; somebody changed the same thing just now' },
};

/** The coordinator's own troubles. Their messages name folders and addresses, which are for its log and not for everybody. */
const troubles: Record<string, string> = {
  'disk-full': 'an administrator has to free some space',
  'no-space': 'an administrator has to free some space',
  'not-writable': 'an administrator has to look at the data directory',
  'disk-failed': 'an administrator has to look at the disk',
  damaged: 'an administrator has to look at the log of the coordinator',
  'login-refused': 'an administrator has to look at the configuration',
  'bundle-failed': 'an administrator has to build the web app again: npm run bundle',
  unreachable: 'it passes by itself; try again',
  locked: 'it passes by itself; try again',
};

/** What any error may carry: a code of ours or of Fastify, and Fastify's list of what does not fit a schema. */
type Failure = {
  code?: string;
  message?: string;
  statusCode?: number;
  validation?: { instancePath: string; message?: string }[];
};

/** The problem document for an error; null for a bug. */
export function problemOf(error: unknown): Problem | null {
  if (error instanceof HttpProblem) return problem(error.status, error.message, error.hint, error.code);
  const { code = '', message = '', statusCode = 500, validation } = error as Failure;
  if (validation) return misfit(validation);
  const entry = byCode[code];
  if (entry) return problem(entry.status, message, entry.hint, code);
  const trouble = troubles[code];
  if (trouble) return problem(503, `the coordinator cannot do this now (${code})`, trouble, code);
  // Fastify's own complaints about a request are meant for whoever sent it.
  return code.startsWith('FST_ERR_') && statusCode < 500 ? problem(statusCode, message) : null;
}

/** A request that does not fit its schema: which field, and what was expected of it. */
function misfit(validation: NonNullable<Failure['validation']>): Problem {
  const errors = validation
    .slice(0, limits.fieldErrors)
    .map(({ instancePath, message = 'is not valid' }) => ({
      field: instancePath.split('/').filter(Boolean).join('.'),
      message,
    }));
  const sentences = errors.map(({ field, message }) => (field ? `${field}: ${message}` : message));
  return { ...problem(400, sentences.join('; ')), errors };
}

export function problem(
  status: number,
  detail: string,
  hint?: string,
  code = codes[status] ?? 'failed',
): Problem {
  const title = titles[status] ?? STATUS_CODES[status] ?? 'Error';
  return { type: 'about:blank', title, status, code, detail, ...(hint ? { hint } : {}) };
}

/** Fastify's error handler. People get a page, programs a problem document. */
export function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const known = problemOf(error);
  request.refusedToken = error instanceof AccessRefused ? error.token : null;
  // A sender that left in the middle of its body needs no answer, and nothing is wrong here.
  const isGone = request.raw.destroyed && !request.raw.complete;
  if (!known && !isGone)
    request.log.error({ err: error, url: shownUrl(request) }, 'a request failed in a way nobody foresaw');
  else if (known?.status === 503 && !(error instanceof HttpProblem))
    request.log.warn({ url: shownUrl(request), reason: messageOf(error) }, 'not now');
  return sendProblem(
    request,
    reply,
    known ?? problem(500, `this request failed (${request.id})`, unforeseen),
  );
}

/** For the log: what GitHub has a browser say who signs in is for nobody else. */
const shownUrl = ({ url }: FastifyRequest): string =>
  url.startsWith('/sign-in/') ? url.replace(/\?.*$/s, '?…') : url;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const unforeseen = "try again; the coordinator's log has the reason under this number";

function sendProblem(request: FastifyRequest, reply: FastifyReply, answer: Problem): FastifyReply {
  request.problem = answer;
  // A part of what was to be sent may have been prepared.
  for (const name of ['content-length', 'content-disposition', 'etag']) reply.removeHeader(name);
  reply.code(answer.status).header('cache-control', 'no-store');
  if (answer.status === 401) reply.header('www-authenticate', 'Bearer realm="paddock"');
  if (answer.status === 503 || answer.status === 429) reply.header('retry-after', '5');
  return wantsPage(request)
    ? reply.type('text/html; charset=utf-8').send(problemPage(answer))
    : reply.header('content-type', 'application/problem+json').send(JSON.stringify(answer));
}

/** Browsers name HTML for what their address bar shows; scripts, curl and `fetch` do not. */
const wantsPage = ({ method, headers, url }: FastifyRequest): boolean =>
  (method === 'GET' || method === 'HEAD') &&
  (headers.accept ?? '').includes('text/html') &&
  !url.startsWith('/api/');
