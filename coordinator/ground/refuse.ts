/** How a refusal is said over HTTP, in one place: every answer of 400 and more is made here, and has a code of the catalogue. */
import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Problem } from '#shared/api.ts';
import { type CodedStatus, codeOfStatus, type HttpRefusalCode, refusals } from '#shared/refusals.ts';

/** By code, or by status where nothing more exact is known. */
export type Refusable = HttpRefusalCode | CodedStatus;

/** The code is in the head too: an answer to HEAD, and what git shows, has nothing else. */
export const refusalHeader = 'paddock-refusal';

const titles: Record<number, string> = { 401: 'Not signed in', 403: 'Not allowed', 503: 'Not now' };

export const codeOf = (what: Refusable): HttpRefusalCode =>
  typeof what === 'string' ? what : codeOfStatus[what];

/** RFC 9457. */
export function problem(what: Refusable, detail: string, hint?: string): Problem & { code: HttpRefusalCode } {
  const code = codeOf(what);
  const { status } = refusals[code];
  const title = titles[status] ?? STATUS_CODES[status] ?? 'Error';
  return { type: 'about:blank', title, status, code, detail, ...(hint ? { hint } : {}) };
}

/** Seconds after which it is worth another try; none where it is not. */
export const retryAfterS = (status: number): number | null => (status === 429 || status === 503 ? 5 : null);

/** Answers with the problem; a response that has begun can only be cut off, so that nobody takes it for whole. */
export function refuse(response: ServerResponse, answer: Problem & { code: HttpRefusalCode }): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const wait = retryAfterS(answer.status);
  if (wait !== null && !response.hasHeader('retry-after')) response.setHeader('retry-after', wait);
  response.setHeader(refusalHeader, answer.code);
  const headers = {
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  };
  response.writeHead(answer.status, headers).end(JSON.stringify(answer));
}
