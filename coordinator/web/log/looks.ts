/**
 * How a line begins to look: a colour that no line has ended goes on. It is followed from the beginning of the block in
 * which a line stands, or of the one before; from farther away nobody should have to read. Each step begins plain.
 */
import { endOf, type LineBlock, rangeOf, textOf } from './line-block.ts';
import { type Look, plain } from './sgr.ts';
import { spansOf } from './spans.ts';

const esc = 0x1b;

export type Looks = { before(block: LineBlock, line: number): Look };

/** `beginsStep` says with which lines steps begin. Where that changes, looks are made anew. */
export function createLooks(
  find: (line: number) => LineBlock | null,
  beginsStep: (line: number) => boolean,
): Looks {
  /** Of each line of a block as far as it has been followed. */
  const known = new WeakMap<LineBlock, Look[]>();

  function atStart(block: LineBlock, isNear: boolean): Look {
    const before = block.first > 0 ? find(block.first - 1) : null;
    if (!before || before === block) return plain;
    const end = endOf(before);
    return known.get(before)?.[end - before.first] ?? (isNear ? follow(before, end, false) : plain);
  }

  function follow(block: LineBlock, line: number, isNear: boolean): Look {
    const looks = known.get(block) ?? [atStart(block, isNear)];
    known.set(block, looks);
    let nextEscape = -1;
    for (let index = looks.length - 1; index < line - block.first; index++) {
      const range = rangeOf(block, block.first + index);
      const look = beginsStep(block.first + index) ? plain : (looks[index] ?? plain);
      if (nextEscape < range.start) {
        const found = block.bytes.indexOf(esc, range.start);
        nextEscape = found === -1 ? Number.POSITIVE_INFINITY : found;
      }
      looks.push(nextEscape < range.end ? spansOf(textOf(block, range), look).look : look);
    }
    return looks[line - block.first] ?? plain;
  }

  return { before: (block, line) => (beginsStep(line) ? plain : follow(block, line, true)) };
}
