/**
 * Which rows the list is made of. Browsers cannot lay out a million rows under each other (their longest element has some
 * ten million pixels), and each change of one height moves all behind it: so the list holds as many rows as stay cheap, and
 * moves along when what is looked at comes near its end. The bar at the side stands for all rows.
 */
export type RowWindow = { from: number; count: number };

const most = 6_000;
const margin = 1_000;

/** Around a row. */
export function windowAround(row: number, rows: number): RowWindow {
  const from = Math.max(0, Math.min(row - most / 2, rows - most));
  return { from, count: Math.min(most, rows - from) };
}

/** The same window of as many rows as there are now. */
export function windowWithin({ from }: RowWindow, rows: number): RowWindow {
  return from < rows || from === 0 ? { from, count: Math.min(most, rows - from) } : windowAround(rows, rows);
}

/** The window for what is looked at: the same while that is well within it, else one around it. */
export function windowFor(current: RowWindow, seen: { from: number; to: number }, rows: number): RowWindow {
  const isNearStart = current.from > 0 && seen.from < current.from + margin;
  const isNearEnd = current.from + most < rows && seen.to > current.from + most - margin;
  const isOutside = seen.from < current.from || seen.from > current.from + most || current.from >= rows;
  if (isNearStart || isNearEnd || isOutside) return windowAround(seen.from, rows);
  const within = windowWithin(current, rows);
  return within.count === current.count ? current : within;
}

/** The window when the end is looked at: it moves rarely, however many rows are added. */
export function windowAtEnd(current: RowWindow, rows: number): RowWindow {
  const isFull = current.from > rows || rows - current.from > most;
  const from = isFull ? Math.max(0, rows - most / 2) : current.from;
  return { from, count: rows - from };
}
