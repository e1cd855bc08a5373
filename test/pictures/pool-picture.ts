/** Machines of a pool over time, stacked by status, with the length of the queue and what an admin said. Pure. */

export type Moment = { seconds: number; queued: number; machines: Readonly<Record<string, number>> };

/** Something an admin said. */
export type Turn = { seconds: number; text: string };

const [width, height] = [920, 360];
const area = { left: 48, right: 52, top: 64, bottom: 40 };

/** From the bottom up. */
const layers = [
  { status: 'busy', fill: '#2b7a4b' },
  { status: 'ready', fill: '#8fc7a5' },
  { status: 'booting', fill: '#e3b341' },
  { status: 'requested', fill: '#f3dfa8' },
  { status: 'retiring', fill: '#b8c0c9' },
] as const;
const queueColour = '#3456a4';

const round = (value: number): string => value.toFixed(1);

/** The smallest of 1, 2, 5, 10, 20 … that divides a range into at most six parts. */
function stepOf(range: number): number {
  for (let unit = 1; ; unit *= 10)
    for (const step of [unit, 2 * unit, 5 * unit]) if (range / step <= 6) return step;
}

export function poolPicture(moments: readonly Moment[], turns: readonly Turn[]): string {
  const total = ({ machines }: Moment) =>
    layers.reduce((sum, { status }) => sum + (machines[status] ?? 0), 0);
  const most = {
    seconds: Math.max(1, ...moments.map(({ seconds }) => seconds)),
    machines: Math.max(1, ...moments.map(total)) + 1,
    queued: Math.max(1, ...moments.map(({ queued }) => queued)) * 1.05,
  };
  const x = (seconds: number) => area.left + (seconds / most.seconds) * (width - area.left - area.right);
  const scaled = (most: number) => (value: number) =>
    height - area.bottom - (value / most) * (height - area.top - area.bottom);
  const [y, yQueue] = [scaled(most.machines), scaled(most.queued)];
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="Machines of a pool and its queue over time, while the pool is scaled" font-family="system-ui, sans-serif" font-size="13" fill="#1f2933">`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    ...legend(),
    ...stack(moments, x, y),
    polyline(moments, ({ seconds, queued }) => [x(seconds), yQueue(queued)]),
    ...axis(
      most.machines,
      n => `<text x="${area.left - 8}" y="${round(y(n) + 4)}" text-anchor="end">${n}</text>`,
    ),
    ...axis(
      most.queued,
      n =>
        `<text x="${width - area.right + 8}" y="${round(yQueue(n) + 4)}" fill="${queueColour}">${n}</text>`,
    ),
    ...axis(
      most.seconds,
      n => `<text x="${round(x(n))}" y="${height - area.bottom + 20}" text-anchor="middle">${n} s</text>`,
    ),
    ...turns.flatMap(turn => markOf(turn, x(turn.seconds))),
    '</svg>',
  ].join('\n')}\n`;
}

function axis(most: number, label: (n: number) => string): string[] {
  const step = stepOf(most);
  return Array.from({ length: Math.floor(most / step) + 1 }, (_, n) => label(n * step));
}

function legend(): string[] {
  const entries = [
    ...layers.map(({ status, fill }) => ({ text: status, fill })),
    { text: 'jobs that wait (right)', fill: queueColour },
  ];
  let at = area.left;
  return entries.flatMap(({ text, fill }) => {
    const left = at;
    at += 34 + text.length * 7;
    return [
      `<rect x="${left}" y="12" width="12" height="12" fill="${fill}"/>`,
      `<text x="${left + 18}" y="23">${text}</text>`,
    ];
  });
}

/** A count holds until the next moment, so that each layer is drawn in steps. */
function stack(
  moments: readonly Moment[],
  x: (seconds: number) => number,
  y: (n: number) => number,
): string[] {
  const below = moments.map(() => 0);
  return layers.flatMap(({ status, fill }) => {
    const floor = [...below];
    moments.forEach(({ machines }, n) => {
      below[n] = (below[n] ?? 0) + (machines[status] ?? 0);
    });
    const edge = (heights: readonly number[]) =>
      moments.flatMap(({ seconds }, n) => {
        const next = moments[n + 1]?.seconds ?? seconds;
        const level = round(y(heights[n] ?? 0));
        return [`${round(x(seconds))},${level}`, `${round(x(next))},${level}`];
      });
    const points = [...edge(below), ...edge(floor).reverse()];
    return below.some((top, n) => top !== floor[n])
      ? [`<polygon fill="${fill}" points="${points.join(' ')}"/>`]
      : [];
  });
}

const polyline = (moments: readonly Moment[], at: (moment: Moment) => [number, number]): string =>
  `<polyline fill="none" stroke="${queueColour}" stroke-width="2" points="${moments
    .map(moment => at(moment).map(round).join(','))
    .join(' ')}"/>`;

const markOf = ({ text }: Turn, x: number): string[] => [
  `<line x1="${round(x)}" y1="${area.top - 14}" x2="${round(x)}" y2="${height - area.bottom}" stroke="#1f2933" stroke-dasharray="4 3"/>`,
  `<text x="${round(x + 5)}" y="${area.top - 6}" font-weight="600">${text}</text>`,
];
