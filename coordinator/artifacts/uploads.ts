/**
 * Files of an attempt: received resumably over HTTP, and nothing more than bytes until `claim` has found every one of them
 * whole, or `arrived` those that are.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ArtifactFile } from '#shared/artifact.ts';
import type { AttemptId, Instant } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import type { Blobs } from '../blobs/blobs.ts';
import { BlobError } from '../blobs/errors.ts';
import { pathProblem } from './artifact-path.ts';
import type { ArtifactRows, UploadReporter } from './artifact-rows.ts';
import { createReceiver, isSame, type Receiver, uploadsOf } from './receive-upload.ts';
import { type Progress, sendAnswer, type UploadAnswer } from './upload-answer.ts';
import { parseUpload, type UploadKind } from './upload-request.ts';

export type Claim = { ok: true } | { ok: false; message: string };

export type Uploads = {
  /**
   * Answers one request under `/uploads/<attempt>/`. The caller has verified that the token is `attempt`'s. Resolves when
   * the answer is written, or its sender has gone; only a fault of ours rejects.
   */
  serve(request: IncomingMessage, response: ServerResponse, sender: { attempt: AttemptId }): Promise<void>;
  /** Whether every file is here, whole, from this attempt or its repository: only then may they become artifacts. */
  claim(attempt: AttemptId, files: readonly ArtifactFile[]): Promise<Claim>;
  /** Those of them that are here, whole: what of an attempt's reports may be read. */
  arrived<File extends ArtifactFile>(attempt: AttemptId, files: readonly File[]): Promise<File[]>;
  /** After the end of an attempt is stored: what it did not finish goes. */
  release(attempt: AttemptId): Promise<void>;
  /** Drops unfinished uploads that no attempt can come back to; answers how many. */
  reap(now: Instant): Promise<number>;
  /** Ends what is being received; its senders resume later. */
  close(): Promise<void>;
};

export type UploadParts = {
  blobs: Blobs;
  rows: ArtifactRows;
  log: UploadReporter;
  /** Told of bytes that were stored. */
  received?: (kind: UploadKind, bytes: number) => void;
};

export function createUploads(parts: UploadParts): Uploads {
  const { blobs, rows } = parts;
  const closing = new AbortController();
  const receiver = createReceiver(blobs, rows, closing.signal, parts.received ?? (() => {}));
  const serving = new Set<Promise<void>>();

  async function serve(
    request: IncomingMessage,
    response: ServerResponse,
    attempt: AttemptId,
  ): Promise<void> {
    try {
      sendAnswer(request, response, await answer(parts, receiver, request, attempt));
    } catch (error) {
      // A sender that has gone needs no answer; what arrived of its file is kept.
      const isGone = request.destroyed && !request.complete;
      if (!isGone && !closing.signal.aborted) throw error;
      response.destroy();
    }
  }

  return {
    serve(request, response, { attempt }) {
      const served = serve(request, response, attempt).finally(() => serving.delete(served));
      serving.add(served);
      return served;
    },
    claim: (attempt, files) => claim(parts, attempt, files),
    arrived: (attempt, files) => arrived(parts, attempt, files),
    async release(attempt) {
      for (const id of await blobs.uploads.ids(uploadsOf(attempt))) await blobs.uploads.discard(id);
    },
    // No attempt outlives its machine, and no machine its greatest age.
    reap: async now => (await blobs.uploads.reapIdleSince(now - limits.machineMaxAgeMs)).length,
    async close() {
      closing.abort(new Error('the coordinator is closing'));
      await Promise.allSettled(serving);
    },
  };
}

async function answer(
  { rows, log }: UploadParts,
  receiver: Receiver,
  request: IncomingMessage,
  attempt: AttemptId,
): Promise<UploadAnswer> {
  const asked = parseUpload(request, attempt);
  if ('code' in asked) return asked;
  const open = await rows.openAttempt(attempt);
  if (!open) return { code: 'attempt-over', detail: `${attempt} is over; it takes no more files` };
  const sender = { attempt, repository: open.repository };
  const progress = () => receiver.progressOf(sender, asked.file);
  try {
    if (asked.asks === 'progress') return { status: 200, progress: await progress() };
    return await receiver.append(sender, asked.file, asked.range, request);
  } catch (error) {
    if (!(error instanceof BlobError)) throw error;
    if (isOurFault(error)) log.error({ attempt, code: error.code }, error.message);
    return answerFor(error, progress);
  }
}

const isOurFault = ({ code }: BlobError): boolean => code === 'no-space' || code === 'unwritable';

/** What a sender is told of a failure of the blob store. */
async function answerFor(error: BlobError, progress: () => Promise<Progress>): Promise<UploadAnswer> {
  switch (error.code) {
    case 'wrong-digest':
      return { code: 'wrong-content', detail: error.message };
    case 'no-space':
      return {
        code: 'no-space',
        detail: 'the coordinator has no space for artifacts; somebody has to free some',
      };
    case 'unwritable':
      return { code: 'unavailable', detail: 'the coordinator cannot write artifacts at the moment' };
    // Another request of the same sender got ahead of this one: it is told how far that one came.
    case 'taken-over':
    case 'missing':
      return { status: 409, progress: await progress() };
  }
}

async function claim(
  { blobs, rows }: UploadParts,
  attempt: AttemptId,
  files: readonly ArtifactFile[],
): Promise<Claim> {
  const problem = claimProblem(files);
  if (problem) return { ok: false, message: problem };
  const whole = await arrived({ blobs, rows }, attempt, files);
  const missing = files.find(file => !whole.includes(file));
  return missing
    ? { ok: false, message: `the artifact ${missing.path} has not arrived whole` }
    : { ok: true };
}

async function arrived<File extends ArtifactFile>(
  { blobs, rows }: Pick<UploadParts, 'blobs' | 'rows'>,
  attempt: AttemptId,
  files: readonly File[],
): Promise<File[]> {
  if (files.length === 0) return [];
  const uploads = await rows.uploads(attempt);
  const whole: File[] = [];
  for (const file of files)
    if (
      pathProblem(file.path) === null &&
      uploads.some(upload => isSame(upload, file)) &&
      (await blobs.size(file.sha256)) === file.bytes
    )
      whole.push(file);
  return whole;
}

function claimProblem(files: readonly ArtifactFile[]): string | null {
  if (files.length > limits.artifactsPerJob)
    return `${files.length} artifacts are too many; a job may hand over ${limits.artifactsPerJob}`;
  if (new Set(files.map(file => file.path)).size < files.length) return 'two artifacts have the same path';
  for (const { path } of files) {
    const problem = pathProblem(path);
    if (problem) return `the path of an artifact is refused: ${problem}`;
  }
  return null;
}
