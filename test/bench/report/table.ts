import type { Result } from '../measured.ts';
import type { Row } from '../rows.ts';

const digits: Record<Row['unit'], number> = { ms: 1, 'jobs/s': 0, s: 2, MiB: 0 };

export const figureText = ({ unit }: Row, value: number | null): string =>
  value === null ? '–' : value.toFixed(digits[unit]);

const boundText = ({ better }: Row, bound: number | null): string =>
  bound === null ? '' : `${better === 'less' ? '≤' : '≥'} ${bound}`;

const verdicts: Record<Result['verdict'], string> = {
  goal: 'goal',
  must: 'must',
  missed: '**missed**',
  'no bound': '',
  'not measured': 'not measured',
};

const columns: [title: string, cell: (result: Result) => string][] = [
  ['row', ({ row }) => `\`${row.id}\``],
  ['unit', ({ row }) => row.unit],
  ['Paddock', ({ row, paddock }) => figureText(row, paddock)],
  ['p99', ({ row, p99 }) => (row.figure === 'p99' ? '' : figureText(row, p99))],
  ['Buildbot', ({ row, buildbot }) => figureText(row, buildbot)],
  ['Laminar', ({ row, laminar }) => figureText(row, laminar)],
  ['times better than Buildbot', ({ ratio }) => (ratio === null ? '' : ratio.toFixed(1))],
  ['must', ({ row }) => boundText(row, row.must)],
  ['goal', ({ row }) => boundText(row, row.goal)],
  ['reached', ({ verdict }) => verdicts[verdict]],
];

/** The table in Markdown. */
export function markdownTable(results: readonly Result[]): string {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
  return [
    line(columns.map(([title]) => title)),
    line(columns.map(() => '---')),
    ...results.map(result => line(columns.map(([, cell]) => cell(result)))),
  ].join('\n');
}

/** The same for a terminal: columns of one width. */
export function plainTable(results: readonly Result[]): string {
  const titles = columns.map(([title]) => title.replace('times better than Buildbot', 'ratio'));
  const cells = [
    titles,
    ...results.map(result => columns.map(([, cell]) => cell(result).replace(/[`*]/g, ''))),
  ];
  const widths = titles.map((_, n) => Math.max(...cells.map(row => row[n]?.length ?? 0)));
  return cells
    .map(row =>
      row
        .map((cell, n) => cell.padEnd(widths[n] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** What each row is, and what there is to say beyond its figures. */
export const legend = (results: readonly Result[]): string[] =>
  results.map(({ row, notes }) => `\`${row.id}\`: ${[row.what, ...notes].join('. ')}.`);
