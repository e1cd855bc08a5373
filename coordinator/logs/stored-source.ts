/** Reading a log whose attempt is over: from the bytes in its row or from its sealed form. */
import { promisify } from 'node:util';
import { zstdDecompress } from 'node:zlib';
import type { AttemptId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import type { Blobs } from '../blobs/blobs.ts';
import { collect } from '../blobs/file-bytes.ts';
import { damaged } from './errors.ts';
import { createLineIndex } from './line-index.ts';
import type { SealedBlob, StoredLog } from './log-rows.ts';
import type { LogSource } from './log-source.ts';
import { decodeIndex, footerBytes, framesOf, indexBytes, type SealedIndex } from './sealed-format.ts';

const decompress = promisify(zstdDecompress);

/** A small log, from its row. */
export function inlineSource(stored: StoredLog, bytes: Uint8Array): LogSource {
  const index = createLineIndex();
  index.push(bytes);
  return {
    bytes: bytes.length,
    lines: index.lines(),
    newlinesBefore: index.newlinesBefore,
    marks: stored.marks,
    seal: stored.seal,
    async *read(from, to) {
      if (from < to) yield bytes.subarray(from, to);
    },
  };
}

/** Opens sealed logs; the indexes of those used last stay in memory. */
export function createSealedSources(blobs: Blobs) {
  const indexes = new Map<string, Promise<SealedIndex>>();

  function indexOf(attempt: AttemptId, blob: SealedBlob): Promise<SealedIndex> {
    const index = indexes.get(blob.sha256) ?? readIndex(blobs, attempt, blob);
    // The newest stands last; a failed one is asked for again next time.
    indexes.delete(blob.sha256);
    indexes.set(blob.sha256, index);
    index.catch(() => indexes.delete(blob.sha256));
    for (const oldest of indexes.keys()) {
      if (indexes.size <= limits.sealedIndexes) break;
      indexes.delete(oldest);
    }
    return index;
  }

  return async function sealedSource(
    attempt: AttemptId,
    stored: StoredLog,
    blob: SealedBlob,
  ): Promise<LogSource> {
    const index = await indexOf(attempt, blob);
    return {
      bytes: index.bytes,
      lines: index.lines,
      newlinesBefore: index.newlinesBefore,
      marks: stored.marks,
      seal: stored.seal,
      read: (from, to) => readFrames(blobs, attempt, blob, index, { from, to }),
    };
  };
}

async function readIndex(blobs: Blobs, attempt: AttemptId, blob: SealedBlob): Promise<SealedIndex> {
  const fromEnd = (bytes: number) =>
    collect(blobs.get(blob.sha256, { from: Math.max(0, blob.bytes - bytes), to: blob.bytes }));
  const size = indexBytes(await fromEnd(footerBytes));
  const index = size === null || size > blob.bytes ? null : decodeIndex(await fromEnd(size));
  if (!index) throw damaged(attempt, `blob ${blob.sha256} has no index at its end`);
  return index;
}

async function* readFrames(
  blobs: Blobs,
  attempt: AttemptId,
  blob: SealedBlob,
  index: SealedIndex,
  { from, to }: { from: number; to: number },
): AsyncGenerator<Uint8Array> {
  for (const { frame, start, end } of framesOf(from, Math.min(to, index.bytes))) {
    const place = index.frames[frame];
    if (!place) throw damaged(attempt, `blob ${blob.sha256} has no frame ${frame}`);
    const range = { from: place.offset, to: place.offset + place.compressedBytes };
    const raw = await decompress(await collect(blobs.get(blob.sha256, range))).catch(cause => {
      throw damaged(attempt, `frame ${frame} of blob ${blob.sha256} cannot be read (${String(cause)})`);
    });
    yield raw.subarray(start, end);
  }
}
