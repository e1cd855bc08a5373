/** The figures as a picture: one bar per row, as a share of what it must be; Buildbot beside it where it was measured. */
import type { Result } from '../measured.ts';
import { figureText } from './table.ts';

const [width, rowHeight, left, right, top] = [920, 44, 190, 210, 62];
const barHeight = 14;
const colours = { reached: '#2b7a4b', missed: '#b4532a', other: '#9aa5b1' };
/** To each side of the must. */
const decades = 1.3;

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** 0 is twenty times worse than the must, 1 twenty times better; figures beyond are cut. */
function placeOf({ row }: Result, figure: number): number {
  const better = row.better === 'less' ? (row.must ?? figure) / figure : figure / (row.must ?? figure);
  return Math.min(1, Math.max(0.01, (Math.log10(better) / decades + 1) / 2));
}

/** Rows with a bound only: the others have nothing to be held against. */
export function picture(results: readonly Result[]): string {
  const shown = results.filter(({ row, paddock }) => row.must !== null && paddock !== null);
  const height = top + shown.length * rowHeight + 24;
  const area = width - left - right;
  const middle = left + area / 2;
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="Figures of Paddock against their bounds and against Buildbot" font-family="system-ui, sans-serif" font-size="13">`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    `<text x="${left}" y="24" fill="#1f2933" font-weight="600">Longer is better; the line is what must be reached (logarithmic)</text>`,
    ...key(0, colours.reached, 'Paddock'),
    ...key(90, colours.missed, 'Paddock, short of it'),
    ...key(250, colours.other, 'Buildbot'),
    ...shown.flatMap((result, index) => bars(result, top + index * rowHeight, area)),
    `<line x1="${middle}" y1="${top - 6}" x2="${middle}" y2="${height - 20}" stroke="#1f2933" stroke-dasharray="4 3"/>`,
    `<text x="${middle}" y="${height - 6}" text-anchor="middle" fill="#1f2933">must</text>`,
    '</svg>',
  ].join('\n')}\n`;
}

const key = (offset: number, fill: string, text: string): string[] => [
  `<rect x="${left + offset}" y="36" width="12" height="12" fill="${fill}"/>`,
  `<text x="${left + offset + 18}" y="47" fill="#1f2933">${text}</text>`,
];

function bars(result: Result, y: number, area: number): string[] {
  const { row, paddock, buildbot, verdict } = result;
  const bar = (figure: number, offset: number, fill: string) =>
    `<rect x="${left}" y="${y + offset}" width="${(placeOf(result, figure) * area).toFixed(1)}" height="${barHeight}" rx="2" fill="${fill}"/>`;
  const own = `${figureText(row, paddock)} ${row.unit}${verdict === 'goal' ? ', goal' : ''}`;
  const other = buildbot === null ? '' : `; Buildbot ${figureText(row, buildbot)}`;
  return [
    `<text x="${left - 10}" y="${y + 20}" text-anchor="end" fill="#1f2933">${escaped(row.id)}</text>`,
    ...(paddock === null ? [] : [bar(paddock, 2, verdict === 'missed' ? colours.missed : colours.reached)]),
    ...(buildbot === null ? [] : [bar(buildbot, 18, colours.other)]),
    `<text x="${width - right + 10}" y="${y + 20}" fill="#1f2933">${escaped(own + other)}</text>`,
  ];
}
