/** What is known of a stream from having seen all of it once, in order: its SHA-256 and where its lines are. */
import { createHash } from 'node:crypto';
import { createLineIndex } from './line-index.ts';

export function createLogDigest() {
  const hash = createHash('sha256');
  const index = createLineIndex();
  return {
    push(bytes: Uint8Array): void {
      hash.update(bytes);
      index.push(bytes);
    },
    /** Of everything so far; more may follow. */
    sha256: () => hash.copy().digest('hex'),
    lines: index.lines,
    newlinesBefore: index.newlinesBefore,
  };
}
