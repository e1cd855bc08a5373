/** Error → status, in one table. Everything that is not in it is a bug: 500, logged, and nothing of it shown. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Problem } from '#shared/api.ts';

/** A request that cannot be served, said in a sentence, with the next thing to try. */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem';
  readonly status: number;
  readonly hint: string | undefined;

  constructor(status: number, message: string, hint?: string) {
    super(message);
    this.status = status;
    this.hint = hint;
  }
}

const titles: Record<number, string> = {
  400: 'Bad request',
  401: 'Not signed in',
  403: 'Not allowed',
  404: 'Not found',
  405: 'Method not allowed',
  409: 'Conflict',
  410: 'Gone',
  413: 'Too large',
  415: 'Unsupported media type',
  429: 'Too many requests',
  503: 'Not now',
};

const byCode: Record<string, { status: number; hint?: string }> = {
  FST_ERR_CTP_BODY_TOO_LARGE: { status: 413 },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: { status: 415, hint: 'send application/json' },
  FST_ERR_CTP_INVALID_JSON_BODY: { status: 400 },
  FST_ERR_CTP_EMPTY_JSON_BODY: { status: 400 },
  FST_ERR_VALIDATION: { status: 400 },
  // Operational errors of features that are not the asker's fault and pass by themselves.
  'disk-full': { status: 503, hint: 'an administrator has to free some space' },
  unreachable: { status: 503 },
  locked: { status: 503 },
  // Enrolments that will not succeed by being repeated.
  'unknown-token': { status: 401 },
  expired: { status: 403 },
  bound: { status: 403 },
  'machine-over': { status: 410 },
  'not-the-brain': { status: 503, hint: 'ask again; another coordinator has taken over' },
};

/** The problem document for an error; null for a bug. */
export function problemOf(error: unknown): Problem | null {
  if (error instanceof HttpProblem) return problem(error.status, error.message, error.hint);
  const { code, message } = error as { code?: string; message?: string };
  const entry = code === undefined ? undefined : byCode[code];
  return entry ? problem(entry.status, message ?? '', entry.hint) : null;
}

export function problem(status: number, detail: string, hint?: string): Problem {
  return { type: 'about:blank', title: titles[status] ?? 'Error', status, detail, ...(hint ? { hint } : {}) };
}

/** Fastify's error handler. */
export function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const known = problemOf(error);
  if (!known) request.log.error({ err: error, url: request.url }, 'a request failed in a way nobody foresaw');
  const answer = known ?? problem(500, `this request failed; the server's log has it under ${request.id}`);
  return reply.code(answer.status).header('content-type', 'application/problem+json').send(answer);
}
