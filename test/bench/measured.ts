import { median, quantile } from './figures.ts';
import type { Row, RowId } from './rows.ts';

/** What was measured for one row by one of those who are measured; a reason where nothing was. */
export type Column = { samples: number[]; note?: string } | { reason: string };

export type Columns = Record<'paddock' | 'buildbot' | 'laminar', Map<RowId, Column>>;

export type Result = {
  row: Row;
  paddock: number | null;
  p99: number | null;
  buildbot: number | null;
  laminar: number | null;
  /** How many times better than Buildbot. */
  ratio: number | null;
  /** Beyond a figure, or why there is none. */
  notes: string[];
  verdict: 'goal' | 'must' | 'missed' | 'no bound' | 'not measured';
};

export function resultOf(row: Row, columns: Columns): Result {
  const find = (name: keyof Columns) => columns[name].get(row.id);
  const figure = (name: keyof Columns) => figureOf(row, find(name));
  const [paddock, buildbot, laminar] = [figure('paddock'), figure('buildbot'), figure('laminar')];
  const own = find('paddock');
  return {
    row,
    paddock,
    p99: own && 'samples' in own && own.samples.length >= 20 ? quantile(own.samples, 0.99) : null,
    buildbot,
    laminar,
    ratio:
      paddock === null || buildbot === null
        ? null
        : row.better === 'less'
          ? buildbot / paddock
          : paddock / buildbot,
    notes: (['paddock', 'buildbot', 'laminar'] as const).flatMap(name => noteOf(name, find(name))),
    verdict: verdictOf(row, paddock),
  };
}

function figureOf({ figure }: Row, column: Column | undefined): number | null {
  if (!column || !('samples' in column) || column.samples.length === 0) return null;
  return figure === 'p99' ? quantile(column.samples, 0.99) : median(column.samples);
}

function noteOf(name: string, column: Column | undefined): string[] {
  if (!column) return [];
  if ('reason' in column) return [`${name}: not measured: ${column.reason}`];
  return column.note ? [`${name}: ${column.note}`] : [];
}

function verdictOf({ better, must, goal }: Row, figure: number | null): Result['verdict'] {
  if (figure === null) return 'not measured';
  if (must === null) return 'no bound';
  const holds = (bound: number) => (better === 'less' ? figure <= bound : figure >= bound);
  if (goal !== null && holds(goal)) return 'goal';
  return holds(must) ? 'must' : 'missed';
}

/** What `--json` writes: numbers in the units of the rows, null where there is none. */
export const jsonOf = (results: readonly Result[]) => ({
  rows: results.map(({ row: { id, unit, must, goal }, paddock, buildbot, laminar, ratio }) => ({
    ...{ id, paddock, buildbot, laminar, ratio, unit, must, goal },
  })),
});
