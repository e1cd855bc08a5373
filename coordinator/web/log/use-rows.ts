import { useMemo } from 'react';
import type { LogModel, LogSnapshot } from './log-model.ts';
import { createLooks, type Looks } from './looks.ts';
import { type Rows, rowsOf } from './rows.ts';

/** The rows of a log as it is now, and how its lines begin to look. */
export function useRows(
  { document }: LogModel,
  { sections, lines, gaps }: LogSnapshot,
  folded: ReadonlySet<number>,
): { rows: Rows; looks: Looks } {
  const rows = useMemo(() => {
    const isFolded = ({ step }: { step: number | null }) => step !== null && folded.has(step);
    return rowsOf({ sections, lines, gaps, isFolded });
  }, [sections, lines, gaps, folded]);
  const looks = useMemo(() => {
    const begins = sections.filter(({ step, from }) => step !== null && from.column === 0);
    const lineNumbers = new Set(begins.map(({ from }) => from.line));
    return createLooks(document.find, line => lineNumbers.has(line));
  }, [document, sections]);
  return { rows, looks };
}
