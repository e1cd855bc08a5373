/**
 * What stands under each other in the view: headers of steps, lines of those that are not folded, and one row for each gap.
 * Kept as stretches, so that a log of a million lines costs as much as one of ten; a row is made when it is looked at.
 */

import type { Lines } from './line-store.ts';
import type { Place, Section } from './sections.ts';

export type Row =
  | { type: 'step'; section: Section; isFolded: boolean }
  /** Of a line that two steps share each shows its own bytes. */
  | { type: 'line'; line: number; fromColumn: number; toColumn: number | null }
  | { type: 'gap'; gap: Lines };

type Content =
  | { type: 'step'; section: Section; isFolded: boolean }
  | { type: 'gap'; gap: Lines }
  | { type: 'lines'; from: Place; to: Place };

type Stretch = Content & { at: number; rows: number };

export type Rows = {
  count: number;
  rowAt(index: number): Row | null;
  /** The row of a line; where the line is folded or in a gap, the row that stands for it. */
  indexOf(line: number): number;
  /** Whether it is a header or a gap. */
  isTall(index: number): boolean;
  /** The header of the step in which a row stands. */
  stepAt(index: number): { section: Section; index: number } | null;
  /** The headers, in order. */
  steps: { section: Section; index: number }[];
};

export type RowsOptions = {
  sections: readonly Section[];
  /** Of the log as far as it is known. */
  lines: number;
  /** In order. */
  gaps: readonly Lines[];
  isFolded(section: Section): boolean;
};

export function rowsOf({ sections, lines, gaps, isFolded }: RowsOptions): Rows {
  const stretches: Stretch[] = [];
  const steps: { section: Section; index: number }[] = [];
  const tall = new Set<number>();
  let count = 0;
  const add = (rows: number, stretch: Content) => {
    stretches.push({ ...stretch, at: count, rows });
    if (stretch.type !== 'lines') tall.add(count);
    count += rows;
  };
  const addLines = (from: Place, to: Place) => {
    const rows = to.line - from.line + (to.column > 0 ? 1 : 0);
    if (rows > 0) add(rows, { type: 'lines', from, to });
  };

  for (const section of sections) {
    const isHidden = section.step !== null && isFolded(section);
    if (section.step !== null) {
      steps.push({ section, index: count });
      add(1, { type: 'step', section, isFolded: isHidden });
    }
    if (isHidden) continue;
    let from = section.from;
    const to = section.to ?? { line: lines, column: 0 };
    for (const gap of gaps) {
      if (gap.to <= from.line || gap.from >= to.line) continue;
      addLines(from, { line: Math.max(gap.from, from.line), column: 0 });
      add(1, { type: 'gap', gap });
      from = { line: Math.min(gap.to, to.line), column: 0 };
    }
    addLines(from, to);
  }

  /** The last stretch that satisfies what holds for all before it. */
  function last(holds: (stretch: Stretch) => boolean): Stretch | null {
    let [low, high] = [0, stretches.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const stretch = stretches[middle];
      if (stretch && holds(stretch)) low = middle + 1;
      else high = middle;
    }
    return stretches[low - 1] ?? null;
  }

  return {
    count,
    steps,
    isTall: index => tall.has(index),
    rowAt(index) {
      const stretch = last(({ at }) => at <= index);
      if (!stretch || index < 0 || index >= count) return null;
      return stretch.type === 'lines' ? lineRow(stretch, index - stretch.at) : stretch;
    },
    indexOf(line) {
      const stretch = last(each => firstLine(each) <= line);
      if (!stretch) return 0;
      return stretch.type === 'lines'
        ? stretch.at + Math.min(line - stretch.from.line, stretch.rows - 1)
        : stretch.at;
    },
    stepAt(index) {
      return steps.findLast(step => step.index <= index) ?? null;
    },
  };
}

function firstLine(stretch: Stretch): number {
  if (stretch.type === 'lines') return stretch.from.line;
  return stretch.type === 'gap' ? stretch.gap.from : stretch.section.from.line;
}

function lineRow({ from, to }: { from: Place; to: Place }, index: number): Row {
  const line = from.line + index;
  return {
    type: 'line',
    line,
    fromColumn: index === 0 ? from.column : 0,
    toColumn: line === to.line ? to.column : null,
  };
}

/** The lines of some rows, from the first to behind the last. */
export function linesIn(rows: Rows, { from, to }: { from: number; to: number }): Lines {
  const lineOf = (row: Row | null): number => {
    if (row?.type === 'line') return row.line;
    return row?.type === 'gap' ? row.gap.from : (row?.section.from.line ?? 0);
  };
  const first = lineOf(rows.rowAt(from));
  return { from: first, to: Math.max(first, lineOf(rows.rowAt(Math.min(to, rows.count) - 1)) + 1) };
}
