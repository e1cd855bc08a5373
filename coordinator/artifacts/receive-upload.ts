/**
 * One file of one attempt on its way in. A file that its repository has already need not be sent; that another repository
 * has it counts for nothing, or a digest would be a right to read.
 */
import type { AttemptId, RepositoryId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import type { Blobs } from '../blobs/blobs.ts';
import type { ArtifactRows } from './artifact-rows.ts';
import type { Progress, UploadAnswer } from './upload-answer.ts';
import type { ChunkRange, UploadFile, UploadKind } from './upload-request.ts';

export type Sender = { attempt: AttemptId; repository: RepositoryId };

export type Receiver = ReturnType<typeof createReceiver>;

/** All uploads of an attempt begin with this. */
export const uploadsOf = (attempt: AttemptId): string => `${attempt}-`;

/** Under which a file's parts are kept; all of an attempt's of one kind begin with `uploadId(attempt, kind, '')`. */
const uploadId = (attempt: AttemptId, kind: UploadKind, sha256: string): string =>
  `${uploadsOf(attempt)}${kind}-${sha256}`;

export const isSame = (a: { sha256: string; bytes: number }, b: { sha256: string; bytes: number }): boolean =>
  a.sha256 === b.sha256 && a.bytes === b.bytes;

const mostOf: Record<UploadKind, number> = { artifact: limits.artifactsPerJob, report: limits.reportFiles };

const tooMany = (kind: UploadKind): UploadAnswer => ({
  code: 'too-large',
  detail: `a job may hand over ${mostOf[kind]} ${kind === 'report' ? 'reports' : 'files'}`,
});

const tooMuch: UploadAnswer = {
  code: 'too-large',
  detail: `a job may hand over ${limits.attemptUploadBytes} bytes in all`,
};

export function createReceiver(
  blobs: Blobs,
  rows: ArtifactRows,
  closing: AbortSignal,
  received: (kind: UploadKind, bytes: number) => void,
) {
  /** Uploads that are being received now: their first byte may not have arrived, yet they count. */
  const receiving = new Map<string, number>();

  async function progressOf({ attempt, repository }: Sender, file: UploadFile): Promise<Progress> {
    const whole = { offset: file.bytes, isComplete: true };
    if ((await rows.uploads(attempt)).some(upload => isSame(upload, file))) return whole;
    // From here on it stays, if it is there.
    using _held = await blobs.hold(file.sha256);
    const isHere = (await blobs.size(file.sha256)) === file.bytes;
    if (!isHere || !(await rows.isKnownWithin(repository, file.sha256)))
      return {
        offset: await blobs.uploads.offset(uploadId(attempt, file.kind, file.sha256)),
        isComplete: false,
      };
    await rows.recordUpload(attempt, { sha256: file.sha256, bytes: file.bytes, kind: file.kind });
    return whole;
  }

  /** Takes one chunk, and the file when it was the last. Throws what the blob store throws. */
  async function append(
    sender: Sender,
    file: UploadFile,
    range: ChunkRange,
    body: AsyncIterable<Uint8Array>,
  ): Promise<UploadAnswer> {
    const progress = await progressOf(sender, file);
    if (progress.isComplete) return { status: 200, progress };
    const id = uploadId(sender.attempt, file.kind, file.sha256);
    if (!(await takeSeat(sender.attempt, file.kind, id))) return tooMany(file.kind);
    try {
      if ((await heldBy(sender.attempt)) + range.to - range.from > limits.attemptUploadBytes) return tooMuch;
      const { appended, offset } = await blobs.uploads.append(id, range.from, within(range, body), closing);
      if (!appended) return { status: 409, progress: await progressOf(sender, file) };
      received(file.kind, offset - range.from);
      if (offset === file.bytes) await complete(sender, file, id);
      return { status: 200, progress: { offset, isComplete: offset === file.bytes } };
    } finally {
      leaveSeat(id);
    }
  }

  async function complete(
    { attempt }: Sender,
    { sha256, bytes, kind }: UploadFile,
    id: string,
  ): Promise<void> {
    using _held = await blobs.hold(sha256);
    await rows.expectBlob({ sha256, bytes });
    await blobs.uploads.complete(id, { sha256, bytes });
    await rows.recordUpload(attempt, { sha256, bytes, kind });
  }

  /** False when the attempt has as many files of the kind as it may, begun or complete, without this one. */
  async function takeSeat(attempt: AttemptId, kind: UploadKind, id: string): Promise<boolean> {
    const begun = await blobs.uploads.ids(uploadId(attempt, kind, ''));
    const done = (await rows.uploads(attempt)).filter(upload => upload.kind === kind).length;
    // From here on without a pause, so that requests at once cannot all find the same free seat.
    const now = [...receiving.keys()].filter(other => other.startsWith(uploadId(attempt, kind, '')));
    const others = new Set([...begun, ...now]);
    others.delete(id);
    if (others.size + done >= mostOf[kind]) return false;
    receiving.set(id, (receiving.get(id) ?? 0) + 1);
    return true;
  }

  /** Bytes of the attempt that are here: of files that are complete, and of those that were begun. */
  async function heldBy(attempt: AttemptId): Promise<number> {
    const begun = await blobs.uploads.ids(uploadsOf(attempt));
    const parts = await Promise.all(begun.map(id => blobs.uploads.offset(id)));
    const done = (await rows.uploads(attempt)).map(({ bytes }) => bytes);
    return [...parts, ...done].reduce((sum, bytes) => sum + bytes, 0);
  }

  function leaveSeat(id: string): void {
    const left = (receiving.get(id) ?? 1) - 1;
    if (left === 0) receiving.delete(id);
    else receiving.set(id, left);
  }

  return { progressOf, append };
}

/** The body, which must not be longer than its range. It is read to its end: leaving early would cut the connection. */
async function* within(range: ChunkRange, body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let room = range.to - range.from;
  for await (const chunk of body) {
    if (chunk.length > room) throw new Error('the body of an upload is longer than its range');
    room -= chunk.length;
    yield chunk;
  }
}
