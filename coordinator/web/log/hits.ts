/** Going from one line that was found to the next, and round at the ends. Lines are in ascending order. */

/** How many of the lines come before one. */
export function countBefore(lines: readonly number[], line: number): number {
  let [low, high] = [0, lines.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((lines[middle] ?? 0) < line) low = middle + 1;
    else high = middle;
  }
  return low;
}

export const isHit = (lines: readonly number[], line: number): boolean =>
  lines[countBefore(lines, line)] === line;

/** The next line found behind `from`, or before it; null where nothing was found. */
export function stepFrom(lines: readonly number[], from: number, direction: 1 | -1): number | null {
  const behind = countBefore(lines, from + 1);
  const next = direction === 1 ? lines[behind] : lines[countBefore(lines, from) - 1];
  return next ?? lines.at(direction === 1 ? 0 : -1) ?? null;
}
