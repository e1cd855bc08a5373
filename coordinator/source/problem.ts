import type { ServerResponse } from 'node:http';

/** A refusal as a caller reads it: `application/problem+json` (RFC 9457). */
export type Problem = { status: number; title: string; detail: string };

/** Answers with the problem; a response that has begun can only be cut off, so that nobody takes it for whole. */
export function sendProblem(response: ServerResponse, { status, title, detail }: Problem): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const body = JSON.stringify({ type: 'about:blank', title, status, detail });
  const headers: Record<string, string> = {
    'Content-Type': 'application/problem+json',
    'Cache-Control': 'no-store',
    // A body that was not read would be taken for the next request.
    Connection: 'close',
  };
  if (status === 429 || status === 503) headers['Retry-After'] = '2';
  response.writeHead(status, headers).end(body);
}
