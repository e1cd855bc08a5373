/** Error → refusal, in one place. Everything that is not known here is a bug: 500, logged, and nothing of it shown. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Problem } from '#shared/api.ts';
import type { TokenId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import type { ReadyParts } from '#shared/readiness.ts';
import { troubleRefusals } from '#shared/refusals/people.ts';
import { type CodedStatus, codeOfStatus, type HttpRefusalCode, refusals } from '#shared/refusals.ts';
import { AccessRefused } from '../access/errors.ts';
import { codeOf, problem, type Refusable, refusalHeader, retryAfterS } from '../ground/refuse.ts';
import { problemPage } from './pages/problem-page.ts';
import { requestIdHeader } from './request-id.ts';

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
  readonly code: HttpRefusalCode;
  readonly hint: string | undefined;
  readonly waitS: number | undefined;

  /** `what`: a code of the catalogue, or the status where nothing more exact is known. `waitS`: when to come again. */
  constructor(what: Refusable, message: string, hint?: string, waitS?: number) {
    super(message);
    this.code = codeOf(what);
    this.hint = hint;
    this.waitS = waitS;
  }

  get status(): number {
    return refusals[this.code].status;
  }
}

/** The coordinator is not ready, and says which part of it. */
export class NotReady extends HttpProblem {
  readonly parts: ReadyParts;

  constructor(message: string, parts: ReadyParts) {
    super('unavailable', message);
    this.parts = parts;
  }
}

/** Errors of features that are refusals, and say by themselves what whoever asked may know. */
const saysItself: ReadonlySet<string> = new Set<HttpRefusalCode>([
  ...([
    'wrong-token',
    'expired-token',
    'revoked-token',
    'not-by-token',
    'not-by-link',
    'beyond-maker',
  ] as const),
  ...(['not-begun-here', 'not-by-forge', 'forge-unavailable', 'too-many-sign-ins'] as const),
  ...(['too-many-tokens', 'too-many-grants', 'too-many-viewers', 'too-many-searches'] as const),
  ...(['unknown-log', 'log-removed', 'missing', 'secret-refused', 'unknown-secret'] as const),
  // What an administrator has to know; nobody else gets that far.
  ...(['secret-key-missing', 'secret-key-unusable', 'secret-key-unavailable', 'secret-damaged'] as const),
  // Enrolments that will not succeed by being repeated.
  ...(['unknown-token', 'expired', 'bound', 'machine-over', 'host-removed'] as const),
  // The host is out all the same: what is left of it is refused when it speaks, and tried again then.
  ...(['revocations-full', 'not-the-brain', 'stale-row'] as const),
]);

const isItsOwn = (code: string): code is HttpRefusalCode => saysItself.has(code);

/** The coordinator's own troubles: their messages name folders and addresses, which are for its log and not for everybody. */
const isTrouble = (code: string): code is keyof typeof troubleRefusals | 'no-space' =>
  code === 'no-space' || Object.hasOwn(troubleRefusals, code);

export type CodedProblem = Problem & { code: HttpRefusalCode };

/** What any error may carry: a code of ours or of Fastify, and Fastify's list of what does not fit a schema. */
type Failure = {
  code?: string;
  message?: string;
  statusCode?: number;
  validation?: { instancePath: string; message?: string }[];
};

/** The problem document for an error; null for a bug. */
export function problemOf(error: unknown): CodedProblem | null {
  if (error instanceof NotReady) return { ...problem(error.code, error.message), parts: error.parts };
  if (error instanceof HttpProblem) return problem(error.code, error.message, error.hint);
  const { code = '', message = '', statusCode = 500, validation } = error as Failure;
  if (validation) return misfit(validation);
  if (isItsOwn(code)) return problem(code, message, refusals[code].todo);
  if (isTrouble(code))
    return problem(code, `the coordinator cannot do this now (${code})`, refusals[code].todo);
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE')
    return problem('wrong-type', message, refusals['wrong-type'].todo);
  // A part of an address that is longer than any id: there is nothing by that name, and nothing to repeat of it.
  if (code === 'FST_ERR_MAX_PARAM_LENGTH') return problem(404, 'there is nothing at this address');
  // Fastify's own complaints about a request are meant for whoever sent it.
  return code.startsWith('FST_ERR_') && isCoded(statusCode) && statusCode < 500
    ? problem(statusCode, message)
    : null;
}

const isCoded = (status: number): status is CodedStatus => Object.hasOwn(codeOfStatus, status);

/** A request that does not fit its schema: which field, and what was expected of it. */
function misfit(validation: NonNullable<Failure['validation']>): CodedProblem {
  const errors = validation
    .slice(0, limits.fieldErrors)
    .map(({ instancePath, message = 'is not valid' }) => ({
      field: instancePath.split('/').filter(Boolean).join('.'),
      message,
    }));
  const sentences = errors.map(({ field, message }) => (field ? `${field}: ${message}` : message));
  return { ...problem(400, sentences.join('; ')), errors };
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
  if (error instanceof HttpProblem && error.waitS !== undefined) reply.header('retry-after', error.waitS);
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

function sendProblem(request: FastifyRequest, reply: FastifyReply, found: CodedProblem): FastifyReply {
  const answer = { ...found, request: request.id };
  request.problem = answer;
  // A part of what was to be sent may have been prepared.
  for (const name of ['content-length', 'content-disposition', 'etag']) reply.removeHeader(name);
  reply.code(answer.status).header('cache-control', 'no-store').header(refusalHeader, answer.code);
  // Of a request that no hook has seen, too.
  reply.header(requestIdHeader, request.id);
  if (answer.status === 401) reply.header('www-authenticate', 'Bearer realm="paddock"');
  const wait = retryAfterS(answer.status);
  if (wait !== null && !reply.hasHeader('retry-after')) reply.header('retry-after', wait);
  return wantsPage(request)
    ? reply.type('text/html; charset=utf-8').send(problemPage(answer))
    : reply.header('content-type', 'application/problem+json').send(JSON.stringify(answer));
}

/** Browsers name HTML for what their address bar shows; scripts, curl and `fetch` do not. */
const wantsPage = ({ method, headers, url }: FastifyRequest): boolean =>
  (method === 'GET' || method === 'HEAD') &&
  (headers.accept ?? '').includes('text/html') &&
  !url.startsWith('/api/');
