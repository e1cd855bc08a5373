/** Writing a stream to a file: digest on the way, abort while the sender is silent. */
import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { writeAll } from './file-bytes.ts';

/**
 * The source's chunks until `signal` aborts, which throws its reason even while the source is silent: a sender whose
 * connection is dead may never yield or fail.
 */
export async function* untilAborted(
  source: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const iterator = source[Symbol.asyncIterator]();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  // The race below may be over before the abort comes.
  aborted.catch(() => {});
  const onAbort = () => reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    for (;;) {
      signal.throwIfAborted();
      const next = await Promise.race([iterator.next(), aborted]);
      if (next.done) return;
      yield next.value;
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    // Not awaited: the return of a generator that hangs in its `next` never comes.
    iterator.return?.()?.catch(() => {});
  }
}

/** Writes every chunk, beginning at `at`; answers the offset behind the last. */
export async function writeChunks(
  file: FileHandle,
  source: AsyncIterable<Uint8Array>,
  at: number,
): Promise<number> {
  let offset = at;
  for await (const chunk of source) {
    await writeAll(file, chunk, offset);
    offset += chunk.length;
  }
  return offset;
}

/** Passes chunks on and computes their SHA-256; `digest()` may be called once, after the last chunk. */
export function digesting(source: AsyncIterable<Uint8Array>) {
  const hash = createHash('sha256');
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for await (const chunk of source) {
      hash.update(chunk);
      yield chunk;
    }
  }
  return { chunks: chunks(), digest: () => hash.digest('hex') };
}
