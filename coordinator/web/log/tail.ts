/**
 * The end of a live log: bytes as they come, cut wherever, become lines in blocks of a bounded size. The line that has
 * begun is a line too, and grows; one without end is kept as far as anybody would read it.
 */
import { endOf, type LineBlock, newline } from './line-block.ts';

/** A block is full with so many bytes: some hundred lines, a few screens. */
const blockBytes = 64 * 1024;
/** Of a line that grows. */
const lineBytes = 1024 * 1024;

export type TailPlace = { line: number; offset: number };

export type Tail = {
  /** Blocks that this has begun come through `onBlock`; they grow until the next one begins. */
  push(bytes: Uint8Array): void;
  /** How many lines there are, one that has begun included. */
  lines(): number;
  /** Where the next byte stands. */
  offset(): number;
  /** The last line, where it has begun and not ended: it may become longer. */
  open(): number | null;
  /** Where the next byte stands, as a line and a column. */
  place(): { line: number; column: number };
};

export function createTail({ line, offset }: TailPlace, onBlock: (block: LineBlock) => void): Tail {
  let block = begin(line, offset, blockBytes);
  let isOpen = false;

  function begin(first: number, at: number, room: number): LineBlock {
    const made = { first, offset: at, bytes: new Uint8Array(room), used: 0, starts: [], cut: 0 };
    onBlock(made);
    return made;
  }

  const end = () => block.offset + block.used + block.cut;

  /** The next block, which takes the open line along. */
  function turnOver(needed: number): void {
    const start = isOpen ? (block.starts.pop() ?? 0) : block.used;
    const open = block.bytes.subarray(start, block.used);
    block.used = start;
    block.bytes = block.bytes.slice(0, start);
    const { cut } = block;
    block.cut = isOpen ? 0 : cut;
    const next = begin(
      endOf(block),
      block.offset + start + block.cut,
      Math.max(blockBytes, open.length + needed),
    );
    next.bytes.set(open);
    next.used = open.length;
    next.cut = isOpen ? cut : 0;
    if (isOpen) next.starts.push(0);
    block = next;
  }

  /** A part of one line, with its line end or without. */
  function add(part: Uint8Array): void {
    if (!isOpen && block.cut > 0) turnOver(part.length);
    const room = isOpen ? lineBytes - (block.used - (block.starts.at(-1) ?? 0)) : lineBytes;
    const kept = part.subarray(0, Math.max(0, room));
    if (block.used + kept.length > block.bytes.length) turnOver(kept.length);
    if (!isOpen) block.starts.push(block.used);
    block.bytes.set(kept, block.used);
    block.used += kept.length;
    block.cut += part.length - kept.length;
    isOpen = part.at(-1) !== newline;
  }

  return {
    push(bytes) {
      for (let at = 0; at < bytes.length; ) {
        const found = bytes.indexOf(newline, at);
        const next = found === -1 ? bytes.length : found + 1;
        add(bytes.subarray(at, next));
        at = next;
      }
    },
    lines: () => endOf(block),
    offset: end,
    open: () => (isOpen ? endOf(block) - 1 : null),
    place() {
      const start = block.starts.at(-1) ?? 0;
      return isOpen
        ? { line: endOf(block) - 1, column: block.used + block.cut - start }
        : { line: endOf(block), column: 0 };
    },
  };
}
