/**
 * One file of one attempt at the coordinator: `<url>/<sha256>?path=…&bytes=n[&kind=report]`. GET says how much of it is there
 * (to HEAD a refusal could not say why), PUT
 * appends one chunk (`Content-Range: bytes a-b/total`; for an empty file an empty body and `*` as its range); both answer
 * with `Upload-Offset` and `Upload-Complete: ?1 | ?0`, the words of the IETF draft "Resumable Uploads for HTTP". A PUT at
 * another offset than the store's is answered 409 with the right one.
 */
import type { IncomingMessage } from 'node:http';
import type { ArtifactFile } from '#shared/artifact.ts';
import { limits } from '#shared/limits.ts';
import type { Way } from '../../credentials/route.ts';
import { ask, type Question } from '../ask.ts';
import { cureOf, reasonOf, UploadFailed } from '../errors.ts';
import { problemText } from '../problem-text.ts';
import { boundedBy } from '../waiting.ts';

/** Artifacts are named to a coordinator of any version as they always were: by nothing. */
export type UploadKind = 'artifact' | 'report';

export type Progress = { offset: number; isComplete: boolean };

export type UploadTarget = {
  /** What the coordinator has. Throws `UploadFailed`, or the signal's reason. */
  ask(signal: AbortSignal): Promise<Progress>;
  /** Appends a chunk at an offset; answers what the coordinator has then, which need not include the chunk. */
  append(offset: number, chunk: Uint8Array, signal: AbortSignal): Promise<Progress>;
};

export function uploadTarget(
  { path, bytes, sha256 }: ArtifactFile,
  { url, token, kind, way }: { url: string; token: string; kind: UploadKind; way: Way },
): UploadTarget {
  const kindOf = kind === 'artifact' ? {} : { kind };
  const query = new URLSearchParams({ path, bytes: String(bytes), ...kindOf });
  const address = `${url}/${sha256}?${query}`;
  const authorization = `Bearer ${token}`;
  const send = async (
    question: Pick<Question, 'method' | 'headers' | 'body'>,
    signal: AbortSignal,
  ): Promise<Progress> => {
    const bounded = boundedBy(signal, limits.uploadReplyMs, 'no answer in time');
    try {
      const response = await ask(address, { ...question, way, signal: bounded.signal });
      return await progressOf(response, path, question.method === 'GET');
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof UploadFailed) throw error;
      throw new UploadFailed(`artifacts: ${path} cannot be sent: ${reasonOf(error)}`, {
        cure: 'time',
        cause: error,
      });
    } finally {
      bounded.clear();
    }
  };
  return {
    ask: signal => send({ method: 'GET', headers: { authorization } }, signal),
    append(offset, chunk, signal) {
      const range = chunk.length === 0 ? '*' : `${offset}-${offset + chunk.length - 1}`;
      const headers = { authorization, 'content-range': `bytes ${range}/${bytes}` };
      return send({ method: 'PUT', headers, body: chunk }, signal);
    },
  };
}

async function progressOf(response: IncomingMessage, path: string, isQuestion: boolean): Promise<Progress> {
  const { statusCode: status = 0, headers } = response;
  const offset = Number(headers['upload-offset'] ?? Number.NaN);
  // Read to the end, or the connection cannot be used again.
  const text = await problemText(response);
  if (status === 404 && isQuestion) return { offset: 0, isComplete: false };
  if ((status === 200 || status === 409) && Number.isSafeInteger(offset) && offset >= 0)
    return { offset, isComplete: headers['upload-complete'] === '?1' };
  // 422: the store found another digest and has dropped the part. The disk or the way here damages bytes.
  const cure = status === 422 ? 'elsewhere' : cureOf(status);
  throw new UploadFailed(`artifacts: ${path} was refused (${status}): ${text}`, { cure });
}
