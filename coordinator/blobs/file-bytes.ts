import { type FileHandle, open } from 'node:fs/promises';

/** Large enough that a call costs little beside its bytes, small enough that a reader holds little. */
const pieceBytes = 256 * 1024;

/** Writes all of `bytes` at offset `at`; the system may take fewer bytes per call than it is given. */
export async function writeAll(file: FileHandle, bytes: Uint8Array, at: number): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, at + done);
    done += bytesWritten;
  }
}

/** The bytes from `from` up to but without `to`, in pieces; ends early where the file ends. */
export async function* readRange(file: FileHandle, from: number, to: number): AsyncGenerator<Uint8Array> {
  let at = from;
  while (at < to) {
    const piece = Buffer.allocUnsafe(Math.min(pieceBytes, to - at));
    const { bytesRead } = await file.read(piece, 0, piece.length, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    yield piece.subarray(0, bytesRead);
  }
}

/** Makes the names in a directory survive a power cut: a rename or a new file is durable only after this. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/** All pieces as one; for sources known to be small. */
export async function collect(source: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of source) pieces.push(piece);
  return Buffer.concat(pieces);
}
