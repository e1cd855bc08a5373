/**
 * The queue and the machines of a simulation over time, as an SVG: a panel for each pool, readable on a light and on a
 * dark page. Pure.
 */
import type { Simulation } from '#shared/simulation.ts';
import { simulationTexts } from '../simulation-texts.ts';

const texts = simulationTexts.picture;
const [width, left, right, top, panel, gap, foot] = [920, 56, 16, 58, 96, 42, 34];
const area = width - left - right;
const hourMs = 3_600_000;
/** Marks on the axis of time, at most so many. */
const mostMarks = 12;
const markHours = [1, 2, 3, 6, 12, 24, 48, 96, 168, 336, 720];

/** Colours of the page's own two themes; text takes the colour that the theme gives it. */
const style = `
  svg { color-scheme: light dark; font: 13px system-ui, sans-serif }
  .page { fill: #ffffff } .ink { fill: #1f2933 } .soft { fill: #5f6c7b } .line { stroke: #c3cad2 }
  .machines { fill: #9aa5b1 } .busy { fill: #2b7a4b } .queued { fill: none; stroke: #b4532a; stroke-width: 1.5 }
  .key-queued { fill: #b4532a }
  @media (prefers-color-scheme: dark) {
    .page { fill: #14181d } .ink { fill: #e6eaee } .soft { fill: #9aa5b1 } .line { stroke: #3b444e }
    .machines { fill: #55606c } .busy { fill: #4fae78 } .queued { stroke: #e58a5f } .key-queued { fill: #e58a5f }
  }`;

type Column = Simulation['series']['pools'][number];

export function simulationPicture({ series, total, hosts }: Simulation): string {
  const height = top + series.pools.length * (panel + gap) + foot;
  const length = Math.max(1, ...series.pools.map(({ queued }) => queued.length - 1));
  const label = escaped(texts.label(total.jobs, hosts.count));
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${label}">`,
    `<style>${style}\n</style>`,
    `<rect class="page" width="${width}" height="${height}"/>`,
    `<text class="ink" x="${left}" y="24" font-weight="600">${label}</text>`,
    ...key(0, 'machines', texts.machines),
    ...key(110, 'busy', texts.busy),
    ...key(220, 'key-queued', texts.queued),
    ...series.pools.flatMap((column, index) => panelOf(column, length, top + index * (panel + gap) + 20)),
    ...timeAxis(length * series.everyMs, top, height - foot),
    '</svg>',
  ].join('\n')}\n`;
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const key = (offset: number, kind: string, text: string): string[] => [
  `<rect class="${kind}" x="${left + offset}" y="36" width="12" height="12"/>`,
  `<text class="ink" x="${left + offset + 18}" y="47">${text}</text>`,
];

function panelOf({ image, machines, busy, queued }: Column, length: number, y: number): string[] {
  const most = Math.max(1, ...machines, ...queued);
  const points = (counts: readonly number[]) =>
    counts.map((count, at) => {
      const x = left + (at / length) * area;
      return `${x.toFixed(1)},${(y + panel - (count / most) * panel).toFixed(1)}`;
    });
  const filled = (counts: readonly number[]) =>
    [
      `${left},${y + panel}`,
      ...points(counts),
      `${points(counts).at(-1)?.split(',')[0] ?? left},${y + panel}`,
    ].join(' ');
  return [
    `<text class="ink" x="${left}" y="${y - 6}">${escaped(image)}</text>`,
    `<text class="soft" x="${width - right}" y="${y - 6}" text-anchor="end">${texts.most(most)}</text>`,
    `<text class="soft" x="${left - 6}" y="${y + 10}" text-anchor="end">${most}</text>`,
    `<text class="soft" x="${left - 6}" y="${y + panel}" text-anchor="end">0</text>`,
    `<polygon class="machines" points="${filled(machines)}"/>`,
    `<polygon class="busy" points="${filled(busy)}"/>`,
    `<polyline class="queued" points="${points(queued).join(' ')}"/>`,
    `<line class="line" x1="${left}" y1="${y + panel}" x2="${left + area}" y2="${y + panel}"/>`,
  ];
}

function timeAxis(durationMs: number, from: number, to: number): string[] {
  const hours = durationMs / hourMs;
  const step = markHours.find(each => hours / each <= mostMarks) ?? Math.ceil(hours / mostMarks);
  const marks = Array.from({ length: Math.floor(hours / step) + 1 }, (_, n) => n * step);
  return marks.flatMap(mark => {
    const x = (left + (mark / hours) * area).toFixed(1);
    return [
      `<line class="line" x1="${x}" y1="${from}" x2="${x}" y2="${to}" stroke-dasharray="1 5"/>`,
      `<text class="soft" x="${x}" y="${to + 16}" text-anchor="middle">${texts.hour(mark)}</text>`,
    ];
  });
}
