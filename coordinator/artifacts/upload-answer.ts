/** Answers of the upload protocol on the wire. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { limits } from '#shared/limits.ts';
import { problem, refuse } from '../ground/refuse.ts';
import type { UploadRefusal } from './upload-request.ts';

/** How much of a file the coordinator has. */
export type Progress = { offset: number; isComplete: boolean };

export type UploadAnswer = { progress: Progress; status: 200 | 409 } | UploadRefusal;

/** Writes the answer; a progress without a body, a refusal as problem+json. */
export function sendAnswer(request: IncomingMessage, response: ServerResponse, answer: UploadAnswer): void {
  if (response.headersSent || response.destroyed) return;
  // A refused body larger than a chunk is not worth reading to its end.
  if (Number(request.headers['content-length'] ?? 0) > limits.uploadChunkBytes)
    response.setHeader('connection', 'close');
  if ('progress' in answer) sendProgress(response, answer.status, answer.progress);
  else refuse(response, problem(answer.code, answer.detail));
}

function sendProgress(response: ServerResponse, status: number, { offset, isComplete }: Progress): void {
  response
    .writeHead(status, {
      'upload-offset': String(offset),
      'upload-complete': isComplete ? '?1' : '?0',
      'content-length': '0',
    })
    .end();
}
