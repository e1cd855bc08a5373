/** The table attack × outcome, grouped by area. Pure. */
import type { Area, From } from './attack.ts';

export type Row = {
  area: Area;
  attack: string;
  from: From;
  /** What the attacker got, or why the attack was not tried. */
  got: string;
  /** `through`: the attacker got what they wanted, or the attack did not come to its end. */
  outcome: 'repelled' | 'through' | 'not tried';
  /** The file of the test. */
  shownBy: string;
};

export type Paint = { good(text: string): string; bad(text: string): string; dim(text: string): string };

export const plain: Paint = { good: text => text, bad: text => text, dim: text => text };

const marks = { repelled: '✓', through: '✕', 'not tried': '–' } as const;

const order: Area[] = [
  'NATS',
  'guest',
  'processes',
  'archives',
  'git and addresses',
  'web',
  'audit log',
  'files and text',
  'fuzz',
];

/** In the order of areas, then of files, then as they stand there. */
export const sorted = (rows: readonly Row[]): Row[] =>
  order.flatMap(area => {
    const own = rows.filter(row => row.area === area);
    const files = [...new Set(own.map(({ shownBy }) => shownBy))].sort();
    return files.flatMap(file => own.filter(({ shownBy }) => shownBy === file));
  });

export function tableOf(rows: readonly Row[], paint: Paint = plain): string[] {
  const all = sorted(rows);
  const widths = [
    Math.max(...all.map(({ attack }) => attack.length)),
    Math.max(...all.map(({ from }) => from.length)),
  ];
  const lineOf = ({ attack, from, got, outcome }: Row) => {
    const mark = marks[outcome];
    const cells = [attack.padEnd(widths[0] ?? 0), from.padEnd(widths[1] ?? 0), got];
    const color = { repelled: paint.good, through: paint.bad, 'not tried': paint.dim }[outcome];
    return `  ${color(mark)} ${cells.join('  ')}`.trimEnd();
  };
  return order.flatMap(area => {
    const own = all.filter(row => row.area === area);
    return own.length === 0 ? [] : ['', area, ...own.map(lineOf)];
  });
}

/** `113 attacks: 112 repelled, 1 got through`. */
export function closingLine(rows: readonly Row[]): string {
  const count = (wanted: Row['outcome']) => rows.filter(({ outcome }) => outcome === wanted).length;
  const left = count('not tried');
  const through = count('through');
  return `${rows.length} attacks: ${count('repelled')} repelled, ${through} got through${left > 0 ? `, ${left} not tried` : ''}`;
}
