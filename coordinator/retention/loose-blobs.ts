/**
 * Blobs that nothing may name any more are looked at, and removed where nothing does. Rows went first, in one transaction with
 * the note that their blobs are loose; the blob goes next, and the note last. Killed between any two of these, the next look
 * goes on where this one was.
 */
import { setImmediate as turn } from 'node:timers/promises';
import { limits } from '#shared/limits.ts';
import type { Blobs } from '../blobs/blobs.ts';
import { isBlobNamed, type LooseBlob, listLooseBlobs, settleBlobs } from '../store/blob-rows.ts';
import type { Store } from '../store/store.ts';

export type LooseBlobParts = { store: Store; blobs: Pick<Blobs, 'removeUnwanted'> };

/** Looks at all that are loose once. @returns what went. */
export async function removeLooseBlobs(
  parts: LooseBlobParts,
  signal: AbortSignal,
): Promise<{ count: number; bytes: number }> {
  const { store } = parts;
  const gone = { count: 0, bytes: 0 };
  for (let after = ''; ; ) {
    signal.throwIfAborted();
    const loose = await listLooseBlobs(store.read, after, limits.blobsPerLook);
    const looked: (LooseBlob & { isGone: boolean })[] = [];
    for (const blob of loose) {
      const outcome = await parts.blobs.removeUnwanted(
        blob.sha256,
        async () => !(await isBlobNamed(store.read, blob.sha256)),
      );
      // Somebody is about to name it: it is looked at again next time.
      if (outcome === 'held') continue;
      looked.push({ ...blob, isGone: outcome === 'removed' });
      if (outcome !== 'removed') continue;
      gone.count += 1;
      gone.bytes += blob.bytes;
    }
    if (looked.length > 0) await store.write(tx => settleBlobs(tx, looked));
    if (loose.length < limits.blobsPerLook) return gone;
    after = loose.at(-1)?.sha256 ?? after;
    await turn();
  }
}
