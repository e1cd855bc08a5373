/** Compresses an ended log into its sealed form (`sealed-format.ts`), one block at a time, off the event loop. */
import { promisify } from 'node:util';
import { constants, zstdCompress } from 'node:zlib';
import type { LogSeal } from '#shared/attempt.ts';
import type { AttemptId } from '#shared/ids.ts';
import { collect } from '../blobs/file-bytes.ts';
import { damaged } from './errors.ts';
import { blockBytes } from './line-index.ts';
import { createLogDigest } from './log-digest.ts';
import type { LogSource } from './log-source.ts';
import { encodeIndex, type WrittenFrame } from './sealed-format.ts';

const compress = promisify(zstdCompress);

/** With a checksum, so that a damaged frame fails to decompress instead of giving other bytes. */
const options = { params: { [constants.ZSTD_c_checksumFlag]: 1 } };

/**
 * The sealed form of the first `seal.bytes` of a log. Throws `LogError('damaged')`, before the end, when the log has fewer
 * bytes or, for a complete one, others than its seal says: what was verified is what is sealed.
 */
export async function* sealedForm(
  attempt: AttemptId,
  source: Pick<LogSource, 'read'>,
  seal: LogSeal,
): AsyncGenerator<Uint8Array> {
  const digest = createLogDigest();
  const frames: WrittenFrame[] = [];
  for (let at = 0; at < seal.bytes; at += blockBytes) {
    const block = await collect(source.read(at, Math.min(at + blockBytes, seal.bytes)));
    if (block.length < Math.min(blockBytes, seal.bytes - at))
      throw damaged(attempt, `it ends at byte ${at + block.length} of ${seal.bytes}`);
    const newlinesBefore = digest.newlinesBefore.at(-1) ?? 0;
    digest.push(block);
    const frame = await compress(block, options);
    frames.push({ compressedBytes: frame.length, bytes: block.length, newlinesBefore });
    yield frame;
  }
  const sha256 = digest.sha256();
  if (seal.state === 'complete' && seal.sha256 !== sha256)
    throw damaged(attempt, `its digest is ${sha256}, verified was ${seal.sha256}`);
  yield encodeIndex(frames, digest.lines());
}
