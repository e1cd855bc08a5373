/**
 * The spool: all raw output of one attempt in one private, append-only file. It is the buffer between a step and the
 * network: the step never waits for the owner, and every byte stays until the verdict is stored. Of an attempt that has
 * secrets it is given redacted bytes (`redacted-spool.ts`).
 */
import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import { rm } from 'node:fs/promises';

export type Spool = {
  readonly path: string;
  /** Bytes behind this are not taken, neither counted nor read. */
  readonly limitBytes: number;
  /** Stored bytes, at most `limitBytes`. */
  size(): number;
  /** Appends what fits. False: it did not fit whole. Throws the system's error when the disk takes no more. */
  append(bytes: Uint8Array): boolean;
  /** Calls the listener, in place of an earlier one, with the bytes of each append. */
  watch(onAppend: (bytes: number) => void): void;
  /** Reads up to `into.length` bytes from an offset; returns how many there were. Throws the system's errors. */
  read(into: Uint8Array, offset: number): number;
  close(): void;
  /** Closes and deletes; harmless when repeated. */
  remove(): Promise<void>;
};

/** Opens or continues the spool at `path` (mode 0600, so only this user reads it). Throws the system's errors. */
export function openSpool({ path, limitBytes }: { path: string; limitBytes: number }): Spool {
  const writer = openSync(path, 'a', 0o600);
  const reader = openSync(path, 'r');
  let onAppend: (bytes: number) => void = () => {};
  const storedBytes = () => fstatSync(reader).size;
  const size = () => Math.min(storedBytes(), limitBytes);
  const close = once(() => {
    closeSync(writer);
    closeSync(reader);
  });
  return {
    path,
    limitBytes,
    size,
    append: bytes => {
      const fitting = bytes.subarray(0, Math.max(0, limitBytes - storedBytes()));
      for (let done = 0; done < fitting.length; ) done += writeSync(writer, fitting, done);
      onAppend(fitting.length);
      return fitting.length === bytes.length;
    },
    watch: listener => {
      onAppend = listener;
    },
    // At once: they were written a moment ago, and are in memory.
    read: (into, offset) =>
      readSync(reader, into, 0, Math.max(0, Math.min(into.length, limitBytes - offset)), offset),
    close,
    remove: async () => {
      close();
      await rm(path, { force: true });
    },
  };
}

/** A descriptor's number is given away again after closing: closing twice would close a stranger's. */
function once(act: () => void): () => void {
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    act();
  };
}
