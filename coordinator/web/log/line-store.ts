/** The lines of a log that are here, as blocks in order; those that nobody has looked at for longest go when there are many. */
import { endOf, type LineBlock } from './line-block.ts';

export type Lines = { from: number; to: number };

export type LineStore = {
  add(block: LineBlock): void;
  /** The block with a line; null when the line is not here. Finding it is looking at it. */
  find(line: number): LineBlock | null;
  /** The block with a byte of the log. */
  findByte(offset: number): LineBlock | null;
  /** What is not here of some lines, in pieces of at most `most` lines that begin at multiples of it. */
  missing(lines: Lines, most: number): Lines[];
  clear(): void;
};

export function createLineStore(budgetBytes: number): LineStore {
  let blocks: LineBlock[] = [];
  const lookedAt = new WeakMap<LineBlock, number>();
  let now = 0;

  /** How many blocks begin at or before what is looked for. */
  function countUpTo(isUpTo: (block: LineBlock) => boolean): number {
    let [low, high] = [0, blocks.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const block = blocks[middle];
      if (block && isUpTo(block)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  const before = (line: number) => blocks[countUpTo(block => block.first <= line) - 1] ?? null;

  function find(line: number): LineBlock | null {
    const block = before(line);
    if (!block || line >= endOf(block)) return null;
    lookedAt.set(block, ++now);
    return block;
  }

  /** Never the last one: it is the end of a live log, which grows. */
  function makeRoom(): void {
    let bytes = blocks.reduce((sum, block) => sum + block.bytes.length, 0);
    if (bytes <= budgetBytes) return;
    const eldest = blocks.slice(0, -1).sort((a, b) => (lookedAt.get(a) ?? 0) - (lookedAt.get(b) ?? 0));
    const gone = new Set<LineBlock>();
    // Well below the bound, so that this is not done for each block.
    for (const block of eldest) {
      if (bytes <= budgetBytes * 0.75) break;
      gone.add(block);
      bytes -= block.bytes.length;
    }
    blocks = blocks.filter(block => !gone.has(block));
  }

  return {
    add(block) {
      lookedAt.set(block, ++now);
      const index = countUpTo(each => each.first < block.first);
      // What a block at the end of the log has begun, an answer of the coordinator's may have as well.
      if (blocks[index]?.first === block.first) blocks[index] = block;
      else blocks.splice(index, 0, block);
      makeRoom();
    },
    find,
    findByte(offset) {
      const block = blocks[countUpTo(each => each.offset <= offset) - 1];
      return block && offset <= block.offset + block.used ? block : null;
    },
    missing({ from, to }, most) {
      const found: Lines[] = [];
      for (let line = from; line < to; ) {
        const block = find(line);
        if (block) {
          line = endOf(block);
          continue;
        }
        const next = blocks[countUpTo(each => each.first <= line)]?.first ?? to;
        const end = Math.min(to, next, line - (line % most) + most);
        found.push({ from: line, to: end });
        line = end;
      }
      return found;
    },
    clear() {
      blocks = [];
    },
  };
}
