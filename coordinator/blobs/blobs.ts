/**
 * The port of the blob store: bytes by their SHA-256. What is visible under a digest is complete, durable and equal to
 * the digest; everything else is invisible. Implementations pass `test/contract/blobs`.
 */

import type { Removal } from './holds.ts';

/** A stored blob: its digest (64 hexadecimal digits) and its size. */
export type BlobRef = { sha256: string; bytes: number };

export type BlobSource = Uint8Array | AsyncIterable<Uint8Array>;

export type PutOptions = {
  expectedSha256?: string;
  signal?: AbortSignal;
  announce?: (blob: BlobRef) => Promise<void>;
};

export type Blobs = {
  /**
   * Stores a blob durably and answers its digest, computed here. Storing what is there already is harmless.
   * With `expectedSha256` other bytes are refused ('wrong-digest'). `announce` is called and awaited when they have all come,
   * before the blob becomes visible. Whatever fails, nothing becomes visible.
   */
  put(source: BlobSource, options?: PutOptions): Promise<BlobRef>;
  /** The bytes of [from, to), whole by default; a range beyond the end is cut. No such blob: 'missing', on first read. */
  get(sha256: string, range?: { from: number; to: number }): AsyncIterable<Uint8Array>;
  /** The size of a blob, null when there is none. */
  size(sha256: string): Promise<number | null>;
  /** Removes a blob. One that is not there is removed already. Who may name it meanwhile is the caller's to know. */
  remove(sha256: string): Promise<void>;
  /** Until it is disposed of, `removeUnwanted` leaves this blob alone, whether it is there already or comes. */
  hold(sha256: string): Promise<Disposable>;
  /** Removes a blob that nobody holds, and that nothing names: `isUnwanted` is asked while nobody can begin to hold it. */
  removeUnwanted(sha256: string, isUnwanted: () => Promise<boolean>): Promise<Removal>;
  uploads: BlobUploads;
};

/**
 * Uploads that arrive in parts, in order, and survive a restart. An upload begins with its first byte; its id is the
 * caller's (lower-case letters, digits, "_", "-").
 */
export type BlobUploads = {
  /** Bytes that have arrived: 0 when nothing has. */
  offset(id: string): Promise<number>;
  /**
   * Appends at `offset` and answers the offset to go on from. `appended: false` means that `offset` is not where the
   * upload stands; nothing was written. A later append of the same upload ends an earlier one that still waits for its
   * sender ('taken-over'): a sender that reconnects must not wait for its own dead connection. When the source or the
   * disk fails, what has arrived stays.
   */
  append(
    id: string,
    offset: number,
    source: AsyncIterable<Uint8Array>,
    signal?: AbortSignal,
  ): Promise<{ appended: boolean; offset: number }>;
  /**
   * Turns the upload into a blob when its bytes, read back, are the expected ones; the upload is gone afterwards.
   * Other bytes: 'wrong-digest', and the upload is dropped. Fewer than expected: 'missing', and it stays.
   */
  complete(id: string, expected: BlobRef): Promise<void>;
  discard(id: string): Promise<void>;
  /** Uploads under way whose id begins with `prefix`. */
  ids(prefix: string): Promise<string[]>;
  /** Drops uploads to which nothing was added since `instant` (ms since the epoch); answers their ids. */
  reapIdleSince(instant: number): Promise<string[]>;
};
