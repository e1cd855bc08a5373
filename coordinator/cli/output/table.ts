/** Rows of cells → lines that fit the terminal. Pure. */
import { clip, pad, plain, textWidth } from './text-width.ts';

export type Cell = string | { text: string; paint: (text: string) => string };

/** `gives`: this column is cut when the line would be too wide; the others are never cut. */
export type Column = { align?: 'left' | 'right'; gives?: boolean };

const gap = '  ';
const leastWidth = 8;

/** Columns stand under each other, two spaces apart; no line is wider than `width` as long as the cut ones can give. */
export function table(
  rows: readonly (readonly Cell[])[],
  columns: readonly Column[],
  width: number,
): string[] {
  const texts = rows.map(row => row.map(cell => plain(textOf(cell))));
  const widths = shrink(naturalWidths(texts, columns.length), columns, width);
  return rows.map((row, index) =>
    row
      .map((cell, at) => {
        const fitted = pad(
          clip(texts[index]?.[at] ?? '', widths[at] ?? 0),
          widths[at] ?? 0,
          columns[at]?.align,
        );
        return typeof cell === 'string' ? fitted : cell.paint(fitted);
      })
      .join(gap)
      .trimEnd(),
  );
}

const textOf = (cell: Cell): string => (typeof cell === 'string' ? cell : cell.text);

const naturalWidths = (texts: readonly string[][], count: number): number[] =>
  Array.from({ length: count }, (_, at) => Math.max(0, ...texts.map(row => textWidth(row[at] ?? ''))));

/** The widest column that gives, gives first. */
function shrink(widths: number[], columns: readonly Column[], width: number): number[] {
  const fitted = [...widths];
  const total = () => fitted.reduce((sum, each) => sum + each, 0) + gap.length * (fitted.length - 1);
  for (let over = total() - width; over > 0; over--) {
    const givers = fitted.map((each, at) => (columns[at]?.gives && each > leastWidth ? each : 0));
    const widest = givers.indexOf(Math.max(...givers));
    if (!givers[widest]) break;
    fitted[widest] = (fitted[widest] ?? 0) - 1;
  }
  return fitted;
}
