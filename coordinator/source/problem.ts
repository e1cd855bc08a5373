import type { ServerResponse } from 'node:http';
import type { HttpRefusalCode } from '#shared/refusals.ts';
import { problem, refuse } from '../ground/refuse.ts';

/** A refusal as a caller reads it, by a code of the catalogue. */
export type Problem = { code: HttpRefusalCode; detail: string };

/** Answers with the problem; a response that has begun can only be cut off, so that nobody takes it for whole. */
export function sendProblem(response: ServerResponse, { code, detail }: Problem): void {
  // A body that was not read would be taken for the next request.
  if (!response.headersSent) {
    response.setHeader('connection', 'close');
    // A stream that ends makes room for the next.
    if (code === 'too-many-streams' || code === 'unavailable') response.setHeader('retry-after', '2');
  }
  refuse(response, problem(code, detail));
}
