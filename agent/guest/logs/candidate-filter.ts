/**
 * Finds out fast where no pattern begins: the shift table of Wu and Manber ("A fast algorithm for multi-pattern
 * searching", University of Arizona TR-94-17, 1994), for two bytes at a time. Most of a log is passed over in steps of
 * almost the length of the shortest pattern, however many patterns there are.
 */
export type CandidateFilter = {
  /** The first place from `from` on where a pattern may begin, as far as the bytes tell; at most `bytes.length`. */
  next(bytes: Uint8Array, from: number): number;
};

const blockBytes = 2;
const mostBytes = 256;

/** For patterns of at least two bytes, one at least. */
export function createCandidateFilter(patterns: readonly Uint8Array[]): CandidateFilter {
  const window = patterns.reduce((least, { length }) => Math.min(least, length), mostBytes);
  const lastBlock = window - blockBytes;
  const shifts = shiftTable(patterns, window);
  return {
    next(bytes, from) {
      const end = bytes.length - 1;
      let at = from + lastBlock;
      while (at < end) {
        const shift = shifts[((bytes[at] as number) << 8) | (bytes[at + 1] as number)] as number;
        if (shift === 0) return at - lastBlock;
        at += shift;
      }
      // A window that ends behind the bytes says nothing.
      return Math.min(at - lastBlock, bytes.length);
    },
  };
}

/** For each two bytes, how far a window that ends with them may move on without missing the beginning of a pattern. */
function shiftTable(patterns: readonly Uint8Array[], window: number): Uint8Array {
  const lastBlock = window - blockBytes;
  const shifts = new Uint8Array(1 << 16).fill(lastBlock + 1);
  for (const pattern of patterns)
    for (let at = 0; at <= lastBlock; at++) {
      const block = ((pattern[at] as number) << 8) | (pattern[at + 1] as number);
      shifts[block] = Math.min(shifts[block] as number, lastBlock - at);
    }
  return shifts;
}
