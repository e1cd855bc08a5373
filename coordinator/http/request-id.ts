/** By which a request is found again: in its answer, on the page of an error, and in the log. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isRequestId } from '#shared/request-id.ts';

export const requestIdHeader = 'x-request-id';

/** That of whoever asks, or of a proxy before us, where it can stand in a log; else one of our own. */
export function requestIdOf({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const given = headers[requestIdHeader];
  return typeof given === 'string' && isRequestId(given) ? given : randomUUID().slice(0, 13);
}
