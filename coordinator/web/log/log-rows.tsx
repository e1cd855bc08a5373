/** The rows in view. A line that is not here yet has its place and its number. */
import type { MouseEvent } from 'react';
import { count } from '../texts/numbers.ts';
import { texts } from '../texts/texts.ts';
import { isHit } from './hits.ts';
import { rangeOf } from './line-block.ts';
import type { Lines } from './line-store.ts';
import { LineText } from './line-text.tsx';
import type { LogDocument } from './log-document.ts';
import type { Looks } from './looks.ts';
import type { Row, Rows } from './rows.ts';
import { plain } from './sgr.ts';
import { StepHeader } from './step-header.tsx';
import type { Scroller } from './use-scroller.ts';

export type RowFacts = {
  document: LogDocument;
  rows: Rows;
  looks: Looks;
  isOver: boolean;
  selected: Lines | null;
  /** The line found that is looked at. */
  current: number | null;
  hits: readonly number[];
  pattern: RegExp | null;
  whole: ReadonlySet<number>;
  nameOf(step: number): string;
  /** When bytes of the log came, as text; null where that is not known. */
  timeText: ((from: number, to: number) => string | null) | null;
  onWhole(line: number): void;
  onFold(step: number): void;
  onGap(gap: Lines): void;
  onLine(line: number, isExtending: boolean): void;
};

export function LogRows({ scroller, facts }: { scroller: Scroller; facts: RowFacts }) {
  return (
    <div className="log-rows" style={{ height: scroller.heightPx, minWidth: scroller.widthPx }}>
      {scroller.items.map(({ key, index, row, start }) => {
        const what = facts.rows.rowAt(row);
        return what ? (
          <div
            key={String(key)}
            ref={scroller.measure}
            data-index={index}
            className="log-row"
            style={{ transform: `translateY(${start}px)` }}
          >
            <RowOf row={what} facts={facts} />
          </div>
        ) : null;
      })}
    </div>
  );
}

function RowOf({ row, facts }: { row: Row; facts: RowFacts }) {
  if (row.type === 'line') return <LineRow {...row} facts={facts} />;
  if (row.type === 'gap')
    return (
      <p className="log-gap">
        {texts.log.gap(row.gap.to - row.gap.from)}{' '}
        <button type="button" onClick={() => facts.onGap(row.gap)}>
          {texts.log.showGap}
        </button>
      </p>
    );
  const { section, isFolded } = row;
  const step = section.step ?? 0;
  return (
    <StepHeader
      section={section}
      name={facts.nameOf(step)}
      isFolded={isFolded}
      isOver={facts.isOver}
      onFold={() => facts.onFold(step)}
    />
  );
}

type LineRowProps = Extract<Row, { type: 'line' }> & { facts: RowFacts };

function LineRow({ line, fromColumn, toColumn, facts }: LineRowProps) {
  const { document, looks, selected, current, hits, pattern, whole, timeText } = facts;
  const block = document.find(line);
  const range = block && rangeOf(block, line);
  const isSelected = selected !== null && line >= selected.from && line < selected.to;
  const isFound = pattern !== null && isHit(hits, line);
  const classes = [
    'log-line',
    isSelected && 'log-selected',
    isFound && 'log-found',
    line === current && 'log-current',
  ];
  return (
    <div className={classes.filter(Boolean).join(' ')}>
      <a
        className="log-number"
        href={`#L${line + 1}`}
        data-number={line + 1}
        tabIndex={-1}
        onClick={(event: MouseEvent) => {
          if (event.ctrlKey || event.metaKey || event.altKey) return;
          event.preventDefault();
          facts.onLine(line, event.shiftKey);
        }}
      >
        <span className="only-read-aloud">{texts.log.lineLabel(line)}</span>
      </a>
      {timeText && (
        <span className="log-time" aria-hidden="true">
          {block && range ? timeText(block.offset + range.start, block.offset + range.end + 1) : null}
        </span>
      )}
      {block && range ? (
        <LineText
          block={block}
          start={range.start + fromColumn}
          end={toColumn === null ? range.end : Math.min(range.end, range.start + toColumn)}
          look={fromColumn > 0 ? plain : looks.before(block, line)}
          pattern={isFound ? pattern : null}
          isWhole={whole.has(line)}
          onWhole={facts.onWhole}
          line={line}
        />
      ) : (
        <span className="log-text log-missing" title={texts.log.missing}>
          {count(line + 1)} …
        </span>
      )}
    </div>
  );
}
