/** All rows on a bar at the side: steps, failures, what was found, what is in view. It is the scroll bar as well. */
import { type PointerEvent, useMemo, useRef } from 'react';
import { texts } from '../texts/texts.ts';
import { bucketsOf } from './minimap-marks.ts';
import type { Rows } from './rows.ts';
import { standingOf } from './sections.ts';

export type MinimapProps = {
  rows: Rows;
  seen: { from: number; to: number };
  hits: readonly number[];
  selected: { from: number; to: number } | null;
  isOver: boolean;
  /** A row and how it is brought into view. */
  onScroll(row: number): void;
};

/** What is in view of a million rows can still be taken hold of. */
const leastPx = 12;
/** Fewer than pixels: marks stay apart. */
const buckets = 240;

export function Minimap({ rows, seen, hits, selected, isOver, onScroll }: MinimapProps) {
  const bar = useRef<HTMLDivElement>(null);
  const grip = useRef<number | null>(null);
  const count = Math.max(1, rows.count);
  const percent = (row: number) => `${(100 * row) / count}%`;
  const rowUnder = ({ clientY }: PointerEvent) => {
    const { top, height } = bar.current?.getBoundingClientRect() ?? { top: 0, height: 1 };
    return ((clientY - top) / height) * count;
  };
  const inView = seen.to - seen.from;
  const found = useMemo(() => bucketsOf(indicesOf(rows, hits), rows.count, buckets), [rows, hits]);

  return (
    <div
      ref={bar}
      className="log-minimap"
      role="scrollbar"
      aria-label={texts.log.minimap}
      aria-controls="log-lines"
      aria-orientation="vertical"
      aria-valuemin={1}
      aria-valuemax={count}
      aria-valuenow={Math.min(count, seen.from + 1)}
      tabIndex={-1}
      onPointerDown={event => {
        event.currentTarget.setPointerCapture(event.pointerId);
        const row = rowUnder(event);
        // Taken where it is, the view does not jump; elsewhere it comes to where the pointer is.
        grip.current = row >= seen.from && row < seen.to ? row - seen.from : inView / 2;
        onScroll(Math.round(row - grip.current));
      }}
      onPointerMove={event => {
        if (grip.current !== null) onScroll(Math.round(rowUnder(event) - grip.current));
      }}
      onPointerUp={() => {
        grip.current = null;
      }}
      onPointerCancel={() => {
        grip.current = null;
      }}
    >
      {rows.steps.map(({ section, index }, n) => (
        <i
          key={section.step}
          className={`log-${standingOf(section, isOver)}`}
          style={{ top: percent(index), height: percent((rows.steps[n + 1]?.index ?? count) - index) }}
        />
      ))}
      {found.map(bucket => (
        <b key={bucket} style={{ top: `${(100 * bucket) / buckets}%` }} />
      ))}
      {selected && <u style={{ top: percent(rows.indexOf(selected.from)) }} />}
      <span style={{ top: `min(${percent(seen.from)}, 100% - ${leastPx}px)`, height: percent(inView) }} />
    </div>
  );
}

function* indicesOf(rows: Rows, lines: readonly number[]): Generator<number> {
  for (const line of lines) yield rows.indexOf(line);
}
