import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { ArtifactFile } from '#shared/artifact.ts';
import { limits } from '#shared/limits.ts';
import type { RunSpec } from '#shared/messages.ts';
import type { Way } from '../../credentials/route.ts';
import type { Diagnostics } from '../diagnostics.ts';
import { UploadFailed } from '../errors.ts';
import { backOff, boundedBy, pause } from '../waiting.ts';
import type { FoundArtifact } from './find-artifacts.ts';
import { type UploadKind, type UploadTarget, uploadTarget } from './upload-target.ts';

export type UploadRequest = {
  artifacts: RunSpec['artifacts'];
  /** See `find-artifacts.ts`. */
  find(patterns: readonly string[], signal: AbortSignal): Promise<FoundArtifact[]>;
  way: Way;
  log: Diagnostics;
  signal: AbortSignal;
};

const firstWaitMs = 500;
const longestWaitMs = 10_000;

/**
 * Hands over every file that the patterns name, one after the other; when it returns, the coordinator has said that each
 * is complete. Resumes where the coordinator stands; tries again where time may help, until the upload deadline. Throws
 * `UploadFailed`, or the signal's reason.
 */
export async function uploadArtifacts(request: UploadRequest): Promise<ArtifactFile[]> {
  const { artifacts, signal } = request;
  if (artifacts.patterns.length === 0) return [];
  const deadline = boundedBy(signal, limits.uploadDeadlineMs, 'the upload deadline has passed');
  try {
    const uploaded: ArtifactFile[] = [];
    for (const found of await request.find(artifacts.patterns, deadline.signal))
      uploaded.push(await handOver(found, deadline.signal, request));
    return uploaded;
  } catch (error) {
    signal.throwIfAborted();
    if (!deadline.signal.aborted || error instanceof UploadFailed) throw error;
    const minutes = limits.uploadDeadlineMs / 60_000;
    throw new UploadFailed(`artifacts: they were not handed over within ${minutes} minutes`, {
      cure: 'elsewhere',
      cause: error,
    });
  } finally {
    deadline.clear();
  }
}

export type HandingOver = Pick<UploadRequest, 'way' | 'log'> & {
  artifacts: { url: string; token: string };
};

/** One file; what it says of failures holds for every file. Throws `UploadFailed`, or the deadline's reason. */
export async function handOver(
  found: FoundArtifact,
  deadline: AbortSignal,
  request: HandingOver,
): Promise<ArtifactFile> {
  const brought = await found.bring?.(deadline);
  try {
    const { artifacts: to, way, log } = request;
    return await sendFile({ ...found, ...brought }, deadline, { to, kind: 'artifact', way, log });
  } finally {
    await brought?.release();
  }
}

export type FileUpload = Pick<UploadRequest, 'way' | 'log'> & {
  to: Pick<RunSpec['artifacts'], 'url' | 'token'>;
  kind: UploadKind;
};

/** Sends one file, and tries again where time may help until the signal aborts. Throws `UploadFailed` too. */
export async function sendFile(
  { path, file, bytes }: FoundArtifact,
  deadline: AbortSignal,
  { to, kind, way, log }: FileUpload,
): Promise<ArtifactFile> {
  const artifact: ArtifactFile = { path, bytes, sha256: await digestOf(file, deadline) };
  const target = uploadTarget(artifact, { url: to.url, token: to.token, kind, way });
  const handle = await open(file, 'r');
  const waits = backOff(firstWaitMs, longestWaitMs);
  try {
    while (true) {
      try {
        await sendRest(handle, artifact, target, deadline);
        return artifact;
      } catch (error) {
        if (!(error instanceof UploadFailed) || error.cure !== 'time' || deadline.aborted) throw error;
        log('upload-failed', { message: error.message });
      }
      await pause(waits.next().value, deadline);
    }
  } finally {
    await handle.close();
  }
}

async function sendRest(
  handle: FileHandle,
  { path, bytes }: ArtifactFile,
  target: UploadTarget,
  signal: AbortSignal,
): Promise<void> {
  let at = await target.ask(signal);
  const buffer = new Uint8Array(Math.min(bytes, limits.uploadChunkBytes));
  while (!at.isComplete) {
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, at.offset);
    if (bytesRead === 0 && at.offset < bytes)
      throw new UploadFailed(`artifacts: ${path} became shorter while it was sent`, { cure: 'nothing' });
    const staleOffset = at.offset;
    at = await target.append(at.offset, buffer.subarray(0, bytesRead), signal);
    // The same offset again and again would be a loop without a pause.
    if (!at.isComplete && at.offset === staleOffset)
      throw new UploadFailed(`artifacts: ${path} makes no progress at byte ${at.offset}`, { cure: 'time' });
  }
}

async function digestOf(file: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash, { signal });
  return hash.digest('hex');
}
