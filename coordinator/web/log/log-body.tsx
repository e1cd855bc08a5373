/** The lines, the header of the step they belong to, and the bar at the side. */

import { texts } from '../texts/texts.ts';
import type { Lines } from './line-store.ts';
import type { LogSnapshot } from './log-model.ts';
import { LogRows, type RowFacts } from './log-rows.tsx';
import { Minimap } from './minimap.tsx';
import { StepHeader } from './step-header.tsx';
import type { Scroller } from './use-scroller.ts';

export type LogBodyProps = {
  log: LogSnapshot;
  scroller: Scroller;
  isWrapped: boolean;
  selected: Lines | null;
  facts: RowFacts;
  onScroll(row: number): void;
};

/** What scrolls can be scrolled with the keyboard, in browsers that do not see to it themselves too. */
const focusable = { tabIndex: 0 };

export function LogBody({ log, scroller, isWrapped, selected, facts, onScroll }: LogBodyProps) {
  const { rows, hits, isOver } = facts;
  return (
    <div className="log-body">
      <section
        ref={scroller.box}
        id="log-lines"
        className={isWrapped ? 'log-lines' : 'log-lines log-long'}
        aria-label={texts.log.lines}
        {...focusable}
      >
        <StickyHeader scroller={scroller} facts={facts} onScroll={onScroll} />
        <LogRows scroller={scroller} facts={facts} />
        {log.lines === 0 && <p className="log-empty">{isOver ? texts.log.nothing : texts.log.notYet}</p>}
      </section>
      <Minimap
        rows={rows}
        seen={scroller.seen}
        hits={hits}
        selected={selected}
        isOver={isOver}
        onScroll={onScroll}
      />
    </div>
  );
}

/** The header of a step stays on top while its lines are in view. */
function StickyHeader({ scroller, facts, onScroll }: Pick<LogBodyProps, 'scroller' | 'facts' | 'onScroll'>) {
  const header = facts.rows.stepAt(scroller.top);
  if (!header || !scroller.isAbove(header.index)) return null;
  const step = header.section.step ?? 0;
  return (
    <div className="log-sticky" aria-hidden="true">
      <StepHeader
        section={header.section}
        name={facts.nameOf(step)}
        isFolded={false}
        isOver={facts.isOver}
        isCopy
        onFold={() => {
          facts.onFold(step);
          onScroll(header.index);
        }}
      />
    </div>
  );
}
