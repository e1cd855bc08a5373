/** Every answer has an ETag; who shows the newest one is told that nothing has changed, and pays nothing for it. */
import { createHash } from 'node:crypto';
import type { ApiAnswer, ApiRequest } from './api-answer.ts';

export function conditional({ method, headers }: ApiRequest, answer: ApiAnswer): ApiAnswer {
  if (method !== 'GET' || answer.status !== 200) return answer;
  const etag = `W/"${createHash('sha256').update(JSON.stringify(answer.body)).digest('hex')}"`;
  const more = { ...answer.headers, etag };
  return headers['if-none-match'] === etag
    ? { status: 304, body: undefined, headers: more }
    : { ...answer, headers: more };
}
